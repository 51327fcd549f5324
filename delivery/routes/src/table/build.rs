//! How a table is made: prefixes come in order, so that what lies around one is on a stack.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use ipnet::IpNet;

use super::ranges::{Cover, Flattening};
use super::{Candidate, RouteTable};
use crate::Announced;
use crate::limits::MAX_CANDIDATES;

/// Prefixes must come in their order, each once and without bits beyond its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} was given to the table out of order")]
pub struct OutOfOrder(pub IpNet);

/// Makes a [`RouteTable`] of prefixes in order: by address, the shorter first.
#[derive(Debug, Default)]
pub struct TableBuilder {
    table: RouteTable,
    v4: Flattening<u32>,
    v6: Flattening<u128>,
    /// The prefix before, preceded by those around it; each with its list.
    around: Vec<(IpNet, u32)>,
    /// Lists by the hash of their candidates. Two lists of one hash are both kept and only one is shared.
    lists: HashMap<u64, u32>,
    /// Reused from prefix to prefix.
    scratch: Vec<Candidate>,
}

impl TableBuilder {
    /// Adds a prefix with everything announced for it.
    pub fn add(&mut self, prefix: IpNet, announced: &[Announced]) -> Result<(), OutOfOrder> {
        let in_order = self.around.last().is_none_or(|(last, _)| *last < prefix);
        if !in_order || prefix != prefix.trunc() {
            return Err(OutOfOrder(prefix));
        }
        while let Some((last, _)) = self.around.last()
            && !last.contains(&prefix)
        {
            self.around.pop();
        }
        self.gather(prefix, announced);
        let list = self.intern();
        self.around.push((prefix, list));
        let cover = Cover {
            list,
            len: prefix.prefix_len(),
        };
        match prefix {
            IpNet::V4(prefix) => self.v4.add(prefix.network().to_bits(), cover),
            IpNet::V6(prefix) => self.v6.add(prefix.network().to_bits(), cover),
        }
        self.table.prefixes += 1;
        Ok(())
    }

    /// The table.
    pub fn finish(self) -> RouteTable {
        RouteTable {
            v4: self.v4.finish(),
            v6: self.v6.finish(),
            ..self.table
        }
    }

    /// Puts the candidates of `prefix` into the scratch space, in order.
    fn gather(&mut self, prefix: IpNet, announced: &[Announced]) {
        self.scratch.clear();
        self.scratch.extend(announced.iter().map(|one| Candidate {
            by: one.by,
            med: one.route.med,
            path_len: one.route.path_len,
            prefix_len: prefix.prefix_len(),
            rank: 0,
            draining: one.route.is_draining(),
        }));
        if let Some((_, list)) = self.around.last() {
            let own = self.scratch.len();
            for outer in self.table.lists.get(*list).iter() {
                if !self.scratch[..own].iter().any(|inner| inner.by == outer.by) {
                    self.scratch.push(outer);
                }
            }
        }
        let order = |one: &Candidate| {
            let least_specific = u8::MAX - one.prefix_len;
            (one.draining, least_specific, one.path_len, one.med)
        };
        self.scratch
            .sort_unstable_by_key(|one| (order(one), one.by));
        self.scratch.truncate(MAX_CANDIDATES);
        let mut rank = 0;
        for at in 1..self.scratch.len() {
            if order(&self.scratch[at]) != order(&self.scratch[at - 1]) {
                rank += 1;
            }
            self.scratch[at].rank = rank;
        }
        if let Some(first) = self.scratch.first_mut() {
            first.rank = 0;
        }
    }

    /// The number of the list in the scratch space.
    fn intern(&mut self) -> u32 {
        let mut hasher = DefaultHasher::new();
        self.scratch.hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(list) = self.lists.get(&hash)
            && self
                .table
                .lists
                .get(*list)
                .iter()
                .eq(self.scratch.iter().copied())
        {
            return *list;
        }
        let list = self.table.lists.add(&self.scratch);
        self.lists.insert(hash, list);
        list
    }
}
