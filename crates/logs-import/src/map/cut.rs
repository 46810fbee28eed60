//! Values of foreign records that are too large for a draft. What is cut says how long it was.

use jaq_json::Val;
use logs_domain::JsonObject;

/// The most bytes of a value: an object of a draft has room for the names of claims too.
const MOST_BYTES: usize = JsonObject::MAX_BYTES - 4096;

/// What a value that is left out needs, for its mark and the name of its member.
const MARK_BYTES: usize = 64;

/// The same value, each text of at most so many bytes, and the whole of at most [`MOST_BYTES`].
pub(super) fn cut(value: Val, most: usize) -> Val {
    fit(texts(value, most), MOST_BYTES)
}

/// The same value, each text of at most so many bytes.
fn texts(value: Val, most: usize) -> Val {
    match value {
        Val::TStr(text) if text.len() > most => {
            let mark = mark(text.len());
            let text = String::from_utf8_lossy(&text);
            let mut end = most.saturating_sub(mark.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let kept = text.get(..end).unwrap_or_default();
            Val::utf8_str(format!("{kept}{mark}"))
        }
        Val::Arr(items) => items.iter().map(|item| texts(item.clone(), most)).collect(),
        Val::Obj(members) => {
            let members = members.iter();
            let cut = members.map(|(name, value)| (name.clone(), texts(value.clone(), most)));
            Val::obj(cut.collect())
        }
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) => value,
    }
}

/// The same value in at most so many bytes. The members of an object share them; small ones leave more to
/// the others.
fn fit(value: Val, most: usize) -> Val {
    let bytes = value.to_string().len();
    if bytes <= most {
        return value;
    }
    let Val::Obj(members) = &value else {
        return Val::utf8_str(mark(bytes));
    };
    let size = |name: &Val| members.get(name).map_or(0, |value| value.to_string().len());
    let mut sizes: Vec<(usize, Val)> = members
        .keys()
        .map(|name| (size(name), name.clone()))
        .collect();
    sizes.sort_by_key(|(size, _)| *size);
    let mut kept = (**members).clone();
    let mut left = most;
    for (place, (_, name)) in sizes.iter().enumerate() {
        let share = left / (sizes.len() - place);
        let room = share.saturating_sub(name.to_string().len() + 2);
        if room < MARK_BYTES {
            // Too many members: what must be an object stays one.
            let only = (Val::utf8_str("…"), Val::utf8_str(mark(bytes)));
            return Val::obj([only].into_iter().collect());
        }
        if let Some(value) = kept.get_mut(name) {
            *value = fit(std::mem::take(value), room);
            left = left.saturating_sub(name.to_string().len() + 2 + value.to_string().len());
        }
    }
    Val::obj(kept)
}

fn mark(bytes: usize) -> String {
    format!("…[{bytes} bytes]")
}
