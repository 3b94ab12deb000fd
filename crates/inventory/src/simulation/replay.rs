//! One pass over the history, and the sums over all passes.

use super::lead_times::LeadTimes;
use super::{Policy, SimulationOutcome, SimulationSettings, UnmetDemand};
use crate::random::Random;
use crate::{Error, check};

/// Float error of a running sum relative to what went through it, as in the stock projection: less
/// than this share of a unit short is met.
const ZERO_TOLERANCE: f64 = 1e-10;

/// The state of one replication.
pub(super) struct Replay<'a> {
    settings: &'a SimulationSettings,
    /// Stock minus backlog.
    net: f64,
    on_order: f64,
    /// Units arriving before the demand of each day; orders due later are in `on_order` only.
    due: Vec<Option<f64>>,
    /// Everything that went through the stock, the scale of float error.
    moved: f64,
    short_in_cycle: bool,
}

/// Sums over the measured days of all replications.
#[derive(Debug, Default)]
pub(super) struct Tally {
    days: usize,
    days_in_stock: usize,
    demand: f64,
    units_short: f64,
    stock: f64,
    cycles: usize,
    cycles_without_stockout: usize,
    orders: usize,
    units_ordered: f64,
}

impl<'a> Replay<'a> {
    pub(super) fn new(stock: f64, days: usize, settings: &'a SimulationSettings) -> Self {
        Self {
            settings,
            net: stock,
            on_order: 0.0,
            due: vec![None; days],
            moved: stock.abs(),
            short_in_cycle: false,
        }
    }

    pub(super) fn run(
        &mut self,
        demand: &[f64],
        policy_of: &impl Fn(usize) -> Policy,
        lead_times: &LeadTimes,
        mut draws: Random,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let mut ignored = Tally::default();
        for (day, &demand) in demand.iter().enumerate() {
            let measured = day >= self.settings.warm_up_days;
            let tally = if measured { &mut *tally } else { &mut ignored };
            self.receive(day, tally);
            self.serve(demand, tally);
            self.review(day, &policy_of(day), lead_times, &mut draws, tally)?;
        }
        Ok(())
    }

    fn receive(&mut self, day: usize, tally: &mut Tally) {
        let Some(quantity) = self.due.get(day).copied().flatten() else {
            return;
        };
        tally.cycles += 1;
        tally.cycles_without_stockout += usize::from(!self.short_in_cycle);
        self.short_in_cycle = false;
        self.net += quantity;
        self.on_order -= quantity;
    }

    fn serve(&mut self, demand: f64, tally: &mut Tally) {
        self.moved += demand;
        let short = (demand - self.net.max(0.0)).max(0.0);
        let short = if short > ZERO_TOLERANCE * self.moved {
            short
        } else {
            0.0
        };
        self.net -= demand;
        if self.settings.unmet_demand == UnmetDemand::Lost {
            self.net = self.net.max(0.0);
        }
        self.short_in_cycle |= short > 0.0;
        tally.days += 1;
        tally.days_in_stock += usize::from(short == 0.0);
        tally.demand += demand;
        tally.units_short += short;
        tally.stock += self.net.max(0.0);
    }

    fn review(
        &mut self,
        day: usize,
        policy: &Policy,
        lead_times: &LeadTimes,
        draws: &mut Random,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let need = policy.need(day, self.net + self.on_order);
        let quantity = match self.settings.order_limits {
            Some(limits) => limits.apply(need)?.unwrap_or(0.0),
            None => check::representable("order quantity", need)?,
        };
        if quantity <= ZERO_TOLERANCE * self.moved {
            return Ok(());
        }
        self.on_order += quantity;
        self.moved += quantity;
        tally.orders += 1;
        tally.units_ordered += quantity;
        if let Some(due) = self.due.get_mut(day + 1 + lead_times.draw(draws)) {
            *due = Some(due.unwrap_or(0.0) + quantity);
        }
        Ok(())
    }
}

impl Tally {
    pub(super) fn outcome(
        &self,
        settings: &SimulationSettings,
    ) -> Result<SimulationOutcome, Error> {
        let replications = settings.replications as f64;
        let share = |part: usize, whole: usize| part as f64 / whole as f64;
        let units_short = self.units_short / replications;
        let orders = self.orders as f64 / replications;
        let holding_cost = settings.holding_cost * self.stock / replications;
        let ordering_cost = settings.ordering_cost * orders;
        let shortage_cost = settings.shortage_cost * units_short;
        let total_cost = holding_cost + ordering_cost + shortage_cost;
        check::representable(
            "simulated stock",
            self.stock + self.demand + self.units_ordered,
        )?;
        Ok(SimulationOutcome {
            days: self.days / settings.replications.max(1),
            demand: self.demand / replications,
            units_short,
            fill_rate: (self.demand > 0.0).then(|| 1.0 - self.units_short / self.demand),
            cycles: self.cycles,
            cycles_without_stockout: self.cycles_without_stockout,
            cycle_service: (self.cycles > 0)
                .then(|| share(self.cycles_without_stockout, self.cycles)),
            days_in_stock: share(self.days_in_stock, self.days),
            average_stock: self.stock / self.days as f64,
            orders,
            units_ordered: self.units_ordered / replications,
            holding_cost,
            ordering_cost,
            shortage_cost,
            total_cost: check::representable("simulated cost", total_cost)?,
        })
    }
}
