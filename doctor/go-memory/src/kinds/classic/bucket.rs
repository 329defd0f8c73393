//! Buckets of eight places, and the marks that say what each place holds.

use super::super::Entry;
use super::super::heap::Pointers;
use crate::memory::{Memory, Unmapped, bytes, pointer};
use go_binary::{Form, TypeId, Types};

/// Where the fields of a bucket lie.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) size: u64,
    marks: u64,
    keys: (u64, u64),
    values: (u64, u64),
    /// What lies there: large keys and values are pointers.
    pub(super) types: (TypeId, TypeId),
    next: u64,
    pub(super) pointers: bool,
}

/// The places of a bucket.
pub(super) const SLOTS: u64 = 8;
/// The marks of entries begin here: `minTopHash`.
const LEAST_MARK: u8 = 5;
/// Marks of entries that were moved: `evacuatedX` to `evacuatedEmpty`.
const MOVED: std::ops::RangeInclusive<u8> = 2..=4;
/// A chain of more buckets is none.
const LONGEST: u64 = 1 << 12;

impl Bucket {
    pub(super) fn of(types: &Types<'_>, bucket: TypeId, pointers: &Pointers) -> Option<Self> {
        let array = |name| {
            let field = types.field(bucket, name)?;
            match types.form(field.type_id)? {
                Form::Array(of, _) => Some((field.offset, *of)),
                _ => None,
            }
        };
        let ((keys, key), (values, value)) = (array("keys")?, array("values")?);
        Some(Self {
            size: types.size(bucket),
            marks: types.field(bucket, "tophash")?.offset,
            keys: (keys, types.size(key)),
            values: (values, types.size(value)),
            types: (key, value),
            next: types.field(bucket, "overflow")?.offset,
            pointers: pointers.has(key) || pointers.has(value),
        })
    }

    /// Meets the entries of a chain, of `left` buckets at most; returns whether more are wanted.
    pub(super) fn walk(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        left: &mut u64,
        meet: &mut impl FnMut(Entry) -> bool,
    ) -> Result<bool, Unmapped> {
        self.chain(memory, address, left, &mut |bucket, marks| {
            (0_u64..).zip(marks).all(|(place, mark)| {
                let at = |(first, stride): (u64, u64)| {
                    bucket.saturating_add(first).saturating_add(place.saturating_mul(stride))
                };
                mark < LEAST_MARK || meet(Entry { key: at(self.keys), value: at(self.values) })
            })
        })
    }

    /// Meets the buckets of a chain, with their marks, unless they were moved; returns whether more are wanted.
    fn chain(
        &self,
        memory: &(impl Memory + ?Sized),
        mut address: u64,
        left: &mut u64,
        meet: &mut impl FnMut(u64, [u8; 8]) -> bool,
    ) -> Result<bool, Unmapped> {
        for _ in 0..LONGEST {
            let Some(less) = left.checked_sub(1) else { return Ok(false) };
            *left = less;
            let bucket = bytes(memory, address, self.size)?;
            let marks = pointer(&bucket, self.marks).ok_or(Unmapped { address })?.to_le_bytes();
            // A bucket that was moved keeps its entries, which are no longer there.
            if marks.first().is_some_and(|mark| MOVED.contains(mark)) {
                return Ok(true);
            }
            if !meet(address, marks) {
                return Ok(false);
            }
            match pointer(&bucket, self.next) {
                Some(next) if next != 0 => address = next,
                _ => return Ok(true),
            }
        }
        Ok(true)
    }

    /// Whether a bucket of the old array of a growth has been moved.
    pub(super) fn is_moved(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
    ) -> Result<bool, Unmapped> {
        let mut mark = [0];
        memory.read(address.saturating_add(self.marks), &mut mark)?;
        Ok(MOVED.contains(&u8::from_le_bytes(mark)))
    }

    /// The entries of a chain, and its overflow buckets.
    pub(super) fn count(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
    ) -> Result<(u64, u64), Unmapped> {
        let (mut entries, mut buckets, mut left) = (0_u64, 0_u64, LONGEST);
        self.chain(memory, address, &mut left, &mut |_, marks| {
            buckets = buckets.saturating_add(1);
            let met = marks.iter().filter(|mark| **mark >= LEAST_MARK).count() as u64;
            entries = entries.saturating_add(met);
            true
        })?;
        Ok((entries, buckets.saturating_sub(1)))
    }
}
