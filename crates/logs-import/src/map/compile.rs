//! Reading a program: its words are those of jq, without the ones that reach outside, and our own.

use std::collections::HashSet;

use jaq_core::data::JustLut;
use jaq_core::load::lex::{StrPart, Tok, Token};
use jaq_core::load::parse::Def;
use jaq_core::load::{Arena, Error, File, Lexer, Loader, parse};
use jaq_core::native::Fun;
use jaq_core::{Compiler, Filter};
use jaq_json::Val;
use logs_domain::InvalidValue;

use super::functions;
use super::time::Form;

/// Functions whose result depends on more than the record, or that reach outside. `fromjson` is ours.
const WITHOUT: &[&str] = &[
    "now",
    "env",
    "halt",
    "halt_error",
    "debug",
    "debug_empty",
    "stderr",
    "stderr_empty",
    "localtime",
    "strflocaltime",
    "fromjson",
];

/// The names of the variables of every program, in the order of their values.
pub(super) const VARIABLES: [&str; 5] = ["$source", "$ordinal", "$tenant", "$file", "$state"];

/// Definitions that need no code: some of jq that jaq lacks, and ours.
const DEFINITIONS: &str = include_str!("definitions.jq");

fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    let ours = parse(DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
    let all = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs());
    all.filter(|def| !WITHOUT.contains(&def.name)).chain(ours)
}

fn natives() -> impl Iterator<Item = Fun<JustLut<Val>>> {
    let all = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs());
    let all = all.filter(|(name, ..)| !WITHOUT.contains(name));
    all.chain(functions::all())
}

/// Compiles a program.
pub(super) fn compile(program: &str) -> Result<Filter<JustLut<Val>>, InvalidValue> {
    let arena = Arena::default();
    let file = File {
        code: program,
        path: (),
    };
    let loaded = Loader::new(definitions()).load(&arena, file);
    let modules = loaded.map_err(|errors| {
        let error = errors.into_iter().map(|(_, error)| error).next();
        match error {
            Some(Error::Lex(errors)) => first(program, &errors, |(expected, found)| {
                (expected.as_str(), *found)
            }),
            Some(Error::Parse(errors)) => first(program, &errors, |(expected, found)| {
                (expected.as_str(), *found)
            }),
            Some(Error::Io(errors)) => first(program, &errors, |(path, _)| {
                ("a program in one file, without import or include", *path)
            }),
            None => InvalidValue::new("map", "", "a jq program"),
        }
    })?;
    let tokens = Lexer::new(program).lex().unwrap_or_default();
    check(program, &tokens)?;
    let compiler = Compiler::default()
        .with_funs(natives())
        .with_global_vars(VARIABLES);
    compiler.compile(modules).map_err(|errors| {
        let undefined: Vec<_> = errors.into_iter().flat_map(|(_, errors)| errors).collect();
        first(program, &undefined, |(name, kind)| (kind.as_str(), *name))
    })
}

/// The first of some faults, with its line.
fn first<'p, E>(
    program: &'p str,
    errors: &[E],
    told: impl Fn(&E) -> (&'p str, &'p str),
) -> InvalidValue {
    let Some((expected, found)) = errors.first().map(told) else {
        return InvalidValue::new("map", "", "a jq program");
    };
    let (place, _) = place(program, found);
    let expected = match expected {
        "variable" | "filter" | "label" | "module" => {
            format!("a known {expected} at line {place}; docs/import.md lists those of maps")
        }
        "nothing" => format!("the end of the jq program, or `|` before this, at line {place}"),
        expected => format!("{expected} at line {place} of the jq program"),
    };
    InvalidValue::new("map", found.lines().next().unwrap_or_default(), expected)
}

/// The line of a part of a program, from 1, and its first byte.
fn place(program: &str, part: &str) -> (usize, usize) {
    let at = (part.as_ptr() as usize).checked_sub(program.as_ptr() as usize);
    let at = at.filter(|at| *at <= program.len() && !part.is_empty());
    let at = at.unwrap_or(program.len());
    let before = program.get(..at).unwrap_or(program);
    (before.matches('\n').count() + 1, at)
}

/// Checks what a program spells out, before the first record: forms of time, and names of members.
fn check(program: &str, tokens: &[Token<&str>]) -> Result<(), InvalidValue> {
    for (place, token) in tokens.iter().enumerate() {
        let inner = match &token.1 {
            Tok::Block(inner) => inner,
            Tok::Str(parts) => {
                for part in parts {
                    if let StrPart::Term(term) = part {
                        check(program, std::slice::from_ref(term))?;
                    }
                }
                continue;
            }
            Tok::Word | Tok::Var | Tok::Fmt | Tok::Num | Tok::Sym => continue,
        };
        check(program, inner)?;
        if token.0.starts_with('{') {
            check_names(program, inner)?;
        }
        let word = place.checked_sub(1).and_then(|before| tokens.get(before));
        if word.is_some_and(|word| matches!(word.1, Tok::Word) && word.0 == "time") {
            let argument = inner.split(|token| token.0 == ";").next().unwrap_or(inner);
            check_literals(program, argument)?;
        }
    }
    Ok(())
}

/// Checks the names of an object: of two members with one name, jq would silently drop the first.
fn check_names(program: &str, object: &[Token<&str>]) -> Result<(), InvalidValue> {
    let mut names = HashSet::new();
    for member in object.split(|token| token.0 == ",") {
        let Some(first) = member.first() else {
            continue;
        };
        let name = match &first.1 {
            Tok::Word => first.0,
            Tok::Var => first.0.trim_start_matches('$'),
            Tok::Str(parts) => match parts.as_slice() {
                [StrPart::Str(name)] => name,
                _ => continue,
            },
            Tok::Fmt | Tok::Num | Tok::Sym | Tok::Block(_) => continue,
        };
        if !names.insert(name) {
            let (line, _) = place(program, first.0);
            let expected = format!("each name once in an object (line {line} of the map)");
            return Err(InvalidValue::new("map", name, expected));
        }
    }
    Ok(())
}

/// Checks an argument that is a text, or a list of texts.
fn check_literals(program: &str, argument: &[Token<&str>]) -> Result<(), InvalidValue> {
    let mut forms = Vec::new();
    for token in argument {
        match &token.1 {
            Tok::Str(parts) => {
                let [StrPart::Str(text)] = parts.as_slice() else {
                    return Ok(());
                };
                forms.push(*text);
            }
            Tok::Block(inner) if token.0.starts_with('[') => check_literals(program, inner)?,
            Tok::Sym if matches!(token.0, "," | "(" | "[" | "]" | ")") => {}
            Tok::Word | Tok::Var | Tok::Fmt | Tok::Num | Tok::Sym | Tok::Block(_) => return Ok(()),
        }
    }
    for form in forms {
        let checked = Form::new(form).and_then(|read| read.check());
        checked.map_err(|expected| {
            let (line, _) = place(program, form);
            let expected = format!("{expected} (line {line} of the map)");
            InvalidValue::new("time", form, expected)
        })?;
    }
    Ok(())
}
