//! What the tests, benches and fuzz targets of this repository use of the stages. It is no interface: each name may
//! change with the stage that it is from. A name that is neither here nor used inside the crate is dead code, and the
//! compiler says so.

pub mod base {
    pub mod diagnostic {
        pub use crate::base::diagnostic::FileDiagnostics;
    }
    pub mod hash {
        pub use crate::base::hash::{ContentHash, Fingerprint};
    }
    pub mod location {
        pub use crate::base::location::{ItemKind, Location};
    }
    pub mod parallel {
        pub use crate::base::parallel::{Threads, on_large_stack};
    }
    pub mod text {
        pub use crate::base::text::{Position, decode};
    }
}
pub mod state {
    pub use crate::state::{Remembered, StoredFile, StoredItem};
    pub mod codec {
        pub use crate::state::codec::{decode_items, decode_manifest, encode_item};
    }
    pub mod keys {
        pub use crate::state::keys::ItemKey;
    }
    pub mod known {
        pub use crate::state::known::{Facts, Known};
    }
}
pub mod discover {
    pub use crate::discover::{SourceFile, clean, find, sources};
}
pub mod checkout {
    pub mod builtins {
        pub use crate::checkout::builtins::{of_source, of_table};
    }
    pub mod package_refs {
        pub use crate::checkout::package_refs::registered;
    }
    pub mod refs_file {
        pub use crate::checkout::refs_file::{RefsFile, generate, item_name};
    }
}
pub mod syntax {
    pub use crate::syntax::parse;
    pub mod lexer {
        pub use crate::syntax::lexer::tokenize;
    }
}
pub mod lower {
    pub use crate::lower::{file, places};
}
pub mod load {
    pub use crate::load::{
        Content, FileContent, LoadedFile, Options, Origin, Sidecars, TOOL_DIGEST, Tally, load, parse,
    };
}
pub mod program {
    pub mod inventory {
        pub use crate::program::inventory::{FileDeclarations, Inventory};
    }
    pub mod lookup {
        pub use crate::program::lookup::{ItemId, ItemLookup};
    }
    pub mod resolve {
        pub use crate::program::resolve::{Resolution, unlinked_nodes};
    }
    pub mod tree {
        pub use crate::program::tree::*;
    }
}
pub mod link {
    pub use crate::link::{Builtins, link};
}
pub mod check {
    pub use crate::check::{
        Code, EXPLANATIONS, Finding, Program, Signatures, Texts, Whole, check, diagnostics, explain,
        expression_types,
    };
}
pub mod binary {
    pub mod ids {
        pub use crate::binary::ids::Zero;
    }
    pub mod stored {
        pub use crate::binary::stored::payload;
    }
    pub mod writer {
        pub use crate::binary::writer::Writer;
    }
}
pub mod hash {
    pub mod canonical {
        pub use crate::hash::canonical::{Canonical, canonicalize};
    }
    pub mod content {
        pub use crate::hash::content::{Member, alone, group};
    }
    pub mod scc {
        pub use crate::hash::scc::groups;
    }
}
pub mod ops {
    pub use crate::ops::{Op, OpId, commit_hash, op_hash};
    pub mod payload {
        pub use crate::ops::payload::{
            BranchOp, add_item, branch_op, branch_op_blob, package_op_blob, set_name,
        };
    }
    pub mod read {
        pub use crate::ops::read::{OpHead, read_head};
    }
}
pub mod compile {
    pub use crate::compile::{function, type_definition};
}
pub mod diff {
    pub use crate::diff::{Binding, Dependencies, DependencyRow, Op, OpId, Plan, Row};
}
pub mod db {
    pub use crate::db::{Database, Millis, NewState, Shapes};
}
