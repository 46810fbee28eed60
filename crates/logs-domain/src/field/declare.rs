//! Declares a draft.

/// Declares the draft of a kind: its members with what they hold, each once.
///
/// `required` members are the arguments of `new`; `flags` are false, `optional` ones absent until their
/// setter is called. A store keeps the record time in the place of an absent `record_time`.
///
/// Behind the type of a member stands which part of a leaf covers it: `fact` or `content`. A name behind
/// that is the name of the field, where the member has another one. A member that is kept in several
/// fields names each, with its part, between bars.
///
/// The fields come in the order required, flags, optional, record time.
macro_rules! draft {
    (
        $(#[$meta:meta])*
        $name:ident: $kind:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_type:ty = $($required_part:ident $($required_field:ident)?)|+),* $(,)? }
            $(flags { $($(#[$flag_meta:meta])* $flag:ident = $flag_part:ident),* $(,)? })?
            $(optional { $($(#[$optional_meta:meta])* $optional:ident: $optional_type:ty = $($optional_part:ident $($optional_field:ident)?)|+),* $(,)? })?
            $(record_time { $($(#[$time_meta:meta])* $time:ident = $time_part:ident),* $(,)? })?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$required_meta])* pub $required: $required_type,)*
            $($($(#[$flag_meta])* #[serde(default)] pub $flag: bool,)*)?
            $($($(#[$optional_meta])* #[serde(default)] pub $optional: Option<$optional_type>,)*)?
            $($($(#[$time_meta])* #[serde(default)] pub $time: Option<crate::Timestamp>,)*)?
        }

        impl $name {
            /// With nothing optional, every flag false.
            #[must_use]
            pub const fn new($($required: $required_type),*) -> Self {
                Self {
                    $($required,)*
                    $($($flag: false,)*)?
                    $($($optional: None,)*)?
                    $($($time: None,)*)?
                }
            }

            $($(
                #[doc = concat!("Sets `", stringify!($flag), "`.")]
                #[must_use]
                pub const fn $flag(mut self, $flag: bool) -> Self {
                    self.$flag = $flag;
                    self
                }
            )*)?
            $($(
                #[doc = concat!("Sets `", stringify!($optional), "`.")]
                #[must_use]
                pub fn $optional(mut self, $optional: $optional_type) -> Self {
                    self.$optional = Some($optional);
                    self
                }
            )*)?
            $($(
                #[doc = concat!("Sets `", stringify!($time), "`.")]
                #[must_use]
                pub const fn $time(mut self, $time: crate::Timestamp) -> Self {
                    self.$time = Some($time);
                    self
                }
            )*)?

            /// The digest over the producer's fields: equal exactly for equal drafts of one kind.
            #[must_use]
            pub fn digest(&self) -> crate::ContentDigest {
                crate::digest::content_digest(self)
            }
        }

        impl crate::field::Fields for $name {
            const KIND: crate::RecordKind = crate::RecordKind::$kind;

            const FIELDS: &'static [crate::field::Field] = {
                use crate::field::{Field, Part, count, draft, flatten};
                const PARTS: &[Part] = &[
                    $(Part::of::<$required_type>(&[$(draft!(@field $required $required_part $($required_field)?)),+]),)*
                    $($(Part::of::<bool>(&[draft!(@field $flag $flag_part)]),)*)?
                    $($(Part::of::<Option<$optional_type>>(&[$(draft!(@field $optional $optional_part $($optional_field)?)),+]),)*)?
                    $($(Part::of::<Option<crate::Timestamp>>(&[draft!(@field $time $time_part)]).or_record_time(),)*)?
                ];
                const FIELDS: [Field; count(PARTS)] = flatten(PARTS);
                &FIELDS
            };

            const BY_NAME: &'static [usize] = {
                const COUNT: usize = <$name as crate::field::Fields>::FIELDS.len();
                const BY_NAME: [usize; COUNT] = crate::field::by_name(<$name as crate::field::Fields>::FIELDS);
                &BY_NAME
            };

            fn write_fields<'a>(&'a self, writer: &mut impl crate::field::FieldWriter<'a>) {
                use crate::field::{Member, take};
                let mut left = Self::FIELDS;
                $(Member::write(&self.$required, take::<$required_type>(&mut left), writer);)*
                $($(Member::write(&self.$flag, take::<bool>(&mut left), writer);)*)?
                $($(Member::write(&self.$optional, take::<Option<$optional_type>>(&mut left), writer);)*)?
                $($(Member::write(&self.$time, take::<Option<crate::Timestamp>>(&mut left), writer);)*)?
            }

            fn read_fields<R: crate::field::FieldReader>(reader: &mut R) -> Result<Self, R::Error> {
                use crate::field::{Member, take};
                let mut left = Self::FIELDS;
                Ok(Self {
                    $($required: Member::read(take::<$required_type>(&mut left), reader)?,)*
                    $($($flag: Member::read(take::<bool>(&mut left), reader)?,)*)?
                    $($($optional: Member::read(take::<Option<$optional_type>>(&mut left), reader)?,)*)?
                    $($($time: Member::read(take::<Option<crate::Timestamp>>(&mut left), reader)?,)*)?
                })
            }

            fn is_kept_as(&self, is: impl Fn(crate::ContentDigest) -> bool) -> bool {
                is(self.digest()) $(|| {
                    let mut without = self.clone();
                    $(without.$time = None;)*
                    is(without.digest())
                })?
            }
        }
    };
    (@field $member:ident $part:ident) => { (stringify!($member), crate::field::draft!(@part $part)) };
    (@field $member:ident $part:ident $field:ident) => { (stringify!($field), crate::field::draft!(@part $part)) };
    (@part fact) => { crate::field::LeafPart::Facts };
    (@part content) => { crate::field::LeafPart::Content };
}
pub(crate) use draft;
