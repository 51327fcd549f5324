//! The length of every Rust function, read from its syntax tree.

use anyhow::Context as _;
use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, Signature};

use super::complaint::Complaint;
use super::limits::MAX_FUNCTION_LINES;

/// One function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    name: String,
    /// Where its signature begins, counted from 1.
    line: usize,
    /// From its signature to its last brace.
    pub(super) lines: usize,
}

/// Every function of a file that has a body, those inside macros left out.
pub(super) fn measure(path: &str, source: &str) -> anyhow::Result<Vec<Function>> {
    let file = syn::parse_file(source).with_context(|| format!("parsing {path}"))?;
    let mut found = Found(Vec::new());
    found.visit_file(&file);
    Ok(found.0)
}

pub(super) fn check(path: &str, functions: &[Function]) -> Vec<Complaint> {
    let long = functions
        .iter()
        .filter(|function| function.lines > MAX_FUNCTION_LINES);
    long.map(|Function { name, line, lines }| {
        let wrong =
            format!("the function {name} has {lines} lines, more than {MAX_FUNCTION_LINES}");
        Complaint::new(path, wrong, "take a step of it out and give that a name").at(*line)
    })
    .collect()
}

struct Found(Vec<Function>);

impl Found {
    fn add(&mut self, signature: &Signature, block: &Block) {
        let line = Span::start(&signature.span()).line;
        let last = Span::end(&block.span()).line;
        let name = signature.ident.to_string();
        self.0.push(Function {
            name,
            line,
            lines: last.saturating_sub(line) + 1,
        });
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_wherever_they_stand() {
        let source = "//! A.\n/// Doc.\nfn a() {\n    fn inner() {}\n}\n\
                      trait T { fn b(&self); fn c(&self) {\n\n} }\nimpl T for () { fn b(&self) {} }\n";
        let functions = measure("a.rs", source).unwrap();
        let named = |name: &str| functions.iter().find(|it| it.name == name).unwrap();
        assert_eq!((named("a").line, named("a").lines), (3, 3));
        assert_eq!(named("inner").lines, 1);
        assert_eq!(named("c").lines, 3);
        assert_eq!(functions.len(), 4);
    }

    #[test]
    fn a_long_function_is_named() {
        let source = |lines: usize| format!("fn long() {{{}}}", "\n".repeat(lines - 1));
        let complaints = |lines| check("a.rs", &measure("a.rs", &source(lines)).unwrap());
        assert!(complaints(70).is_empty());
        let text = complaints(71)[0].to_string();
        assert!(
            text.starts_with("a.rs:1: the function long has 71 lines"),
            "{text}"
        );
    }

    #[test]
    fn what_does_not_parse_names_its_file() {
        assert!(
            measure("a.rs", "fn (")
                .unwrap_err()
                .to_string()
                .contains("a.rs")
        );
    }
}
