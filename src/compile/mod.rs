//! Instructions and runtime forms.
