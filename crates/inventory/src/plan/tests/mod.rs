use super::*;
use crate::DemandLaw;
use crate::calendar::LeadTimeUnit;
use proptest::prelude::*;

mod words;

fn policy() -> MaterialPolicy {
    MaterialPolicy {
        replenishment_policy: OrderPolicy::Eoq,
        supply_days: None,
        minimum_stock_quantity: None,
        maximum_stock_quantity: None,
        review_period_days: 1.0,
        service_measure: ServiceMeasure::CycleService,
        service_level: 0.95,
        safety_stock_days: None,
        lead_time_days: 9.0,
        lead_time_unit: LeadTimeUnit::Calendar,
        minimum_order_quantity: None,
        order_multiple: None,
        maximum_order_quantity: None,
        shelf_life_days: None,
        unit_cost: Some(10.0),
        ordering_cost: 50.0,
        holding_cost_pct: 0.25,
        shortage_cost: None,
    }
}

fn stated(policy: &MaterialPolicy) -> LeadTime {
    LeadTime {
        mean: policy.lead_time_days,
        std_dev: 0.0,
        observations: 0,
    }
}

/// A history that varies around `level`, and a forecast of it.
struct World {
    history: Vec<f64>,
    planned: Vec<f64>,
    closed: BTreeSet<i64>,
}

impl World {
    fn at(level: f64) -> Self {
        let history = (0..200).map(|day| level + f64::from(day * 7 % 11) - 5.0);
        Self {
            history: history.collect(),
            planned: vec![level; 90],
            closed: BTreeSet::new(),
        }
    }

    fn input<'a>(
        &'a self,
        policy: &'a MaterialPolicy,
        on_hand: f64,
        orders: &'a [OpenOrder],
    ) -> PlanInput<'a> {
        PlanInput {
            policy,
            demand: Demand {
                history: &self.history,
                frequent: true,
                planned: &self.planned,
                is_forecast: true,
                backtest: None,
                average: 20.0,
                std_dev: 3.2,
            },
            stock: Some(Stock {
                on_hand,
                allocated: 0.0,
            }),
            orders,
            lead_time: stated(policy),
            prices: &[],
            closed_days: &self.closed,
            today: 1000,
            today_is_open: false,
        }
    }

    fn plan(&self, policy: &MaterialPolicy, on_hand: f64, orders: &[OpenOrder]) -> Plan {
        plan(&self.input(policy, on_hand, orders)).unwrap()
    }
}

#[test]
fn the_reorder_point_follows_the_forecast_and_not_the_past() {
    let mut world = World::at(20.0);
    let flat = world.plan(&policy(), 1e6, &[]);
    assert_eq!(flat.protection.demand, 200.0);
    world.planned = (0..90).map(|day| 20.0 + f64::from(day)).collect();
    let rising = world.plan(&policy(), 1e6, &[]);
    assert_eq!(rising.protection.demand, 245.0);
    let spread = |plan: &Plan| plan.protection.std_dev / plan.protection.demand;
    assert!(
        (spread(&flat) - spread(&rising)).abs() < 1e-12,
        "the spread follows the level"
    );
    assert!(rising.safety_stock > flat.safety_stock);
}

#[test]
fn nothing_is_ordered_above_the_reorder_point() {
    let world = World::at(20.0);
    let point = world.plan(&policy(), 0.0, &[]).reorder_point;
    assert_eq!(world.plan(&policy(), point + 0.01, &[]).order, None);
    assert!(world.plan(&policy(), point - 0.01, &[]).order.is_some());
    let due = [OpenOrder {
        due_day: 1010,
        quantity: point,
    }];
    assert!(world.plan(&policy(), 1.0, &due).order.is_none());
    let late = [OpenOrder {
        due_day: 1011,
        quantity: point,
    }];
    let plan = world.plan(&policy(), 1.0, &late);
    assert_eq!(plan.situation.unwrap().on_order, 0.0);
    assert!(plan.order.is_some());
}

#[test]
fn overdue_orders_are_flagged_and_expected_tomorrow() {
    let overdue = [OpenOrder {
        due_day: 990,
        quantity: 30.0,
    }];
    let situation = World::at(20.0)
        .plan(&policy(), 5.0, &overdue)
        .situation
        .unwrap();
    assert_eq!(
        (situation.overdue, situation.on_order, situation.position),
        (30.0, 30.0, 35.0)
    );
    assert_eq!(situation.days_until_stockout, Some(2));
}

#[test]
fn each_policy_has_its_quantity() {
    let world = World::at(20.0);
    let order = |policy: &MaterialPolicy| world.plan(policy, 0.0, &[]).order.unwrap();
    let point = world.plan(&policy(), 0.0, &[]).reorder_point;
    let eoq = order(&policy());
    assert_eq!(eoq.quantity, 540.37_f64.max(point + 200.0).ceil());
    let lot = order(&MaterialPolicy {
        replenishment_policy: OrderPolicy::LotForLot,
        ..policy()
    });
    assert_eq!(lot.quantity, (point + 20.0).ceil());
    let periods = order(&MaterialPolicy {
        replenishment_policy: OrderPolicy::PeriodsOfSupply,
        supply_days: Some(14),
        ..policy()
    });
    assert_eq!(periods.quantity, (point + 280.0).ceil());
    let levels = order(&MaterialPolicy {
        replenishment_policy: OrderPolicy::MinMax,
        minimum_stock_quantity: Some(150.0),
        maximum_stock_quantity: Some(900.0),
        ..policy()
    });
    assert_eq!((levels.shortage, levels.quantity), (150.0, 900.0));
    let up_to_a_lot = order(&MaterialPolicy {
        replenishment_policy: OrderPolicy::MinMax,
        minimum_stock_quantity: Some(150.0),
        ..policy()
    });
    assert_eq!(up_to_a_lot.quantity, (150.0 + 540.37_f64).ceil());
}

#[test]
fn a_stated_minimum_is_kept_though_nothing_is_sold() {
    let mut world = World::at(20.0);
    world.planned = vec![0.0; 90];
    let kept = MaterialPolicy {
        replenishment_policy: OrderPolicy::MinMax,
        minimum_stock_quantity: Some(150.0),
        maximum_stock_quantity: Some(200.0),
        ..policy()
    };
    let plan = world.plan(&kept, 5.0, &[]);
    assert_eq!((plan.protection.demand, plan.reorder_point), (0.0, 150.0));
    assert_eq!(plan.order.unwrap().quantity, 195.0);
    let kept = MaterialPolicy {
        minimum_stock_quantity: Some(0.0),
        ..kept
    };
    let plan = world.plan(&kept, 0.0, &[]);
    assert_eq!((plan.reorder_point, plan.order), (0.0, None));
}

#[test]
fn a_forecast_that_ends_early_goes_on_with_its_mean() {
    let mut world = World::at(20.0);
    world.planned = vec![10.0, 20.0, 30.0, 40.0, 50.0];
    assert_eq!(
        world.plan(&policy(), 0.0, &[]).protection.demand,
        150.0 + 5.0 * 30.0
    );
}

#[test]
fn each_measure_has_its_safety_stock() {
    let world = World::at(20.0);
    let plan = |policy: &MaterialPolicy| world.plan(policy, 0.0, &[]);
    let cycle = plan(&policy());
    let expected = cycle.service.z_score.unwrap() * cycle.protection.std_dev;
    assert!(
        (cycle.safety_stock - expected).abs() < 1e-9,
        "a normal law at small spread"
    );
    let fill = plan(&MaterialPolicy {
        service_measure: ServiceMeasure::FillRate,
        ..policy()
    });
    assert!(
        fill.safety_stock < cycle.safety_stock,
        "a large lot fills 95% with little stock"
    );
    // A lot of the interval's own demand, without a cost: what is short of it is 0.1% where stock covers 99.9%.
    let tight = plan(&MaterialPolicy {
        service_measure: ServiceMeasure::FillRate,
        service_level: 0.999,
        unit_cost: None,
        ..policy()
    });
    let law = DemandLaw::normal(200.0, tight.protection.std_dev).unwrap();
    let short = law.loss(200.0 + tight.safety_stock).unwrap().shortage;
    assert!((short / 200.0 - 0.001).abs() < 1e-6, "{short}");
    let days = plan(&MaterialPolicy {
        service_measure: ServiceMeasure::DaysOfSupply,
        safety_stock_days: Some(3.0),
        ..policy()
    });
    assert_eq!(days.safety_stock, 60.0);
}

#[test]
fn without_a_forecast_the_textbook_formula_stands() {
    let world = World::at(20.0);
    let policy = policy();
    let mut input = world.input(&policy, 0.0, &[]);
    input.demand.is_forecast = false;
    input.demand.std_dev = 8.0;
    input.stock = None;
    let plan = plan(&input).unwrap();
    let z = crate::service_level_z(0.95).unwrap();
    assert!((plan.safety_stock - z * 8.0 * 3.0).abs() < 1e-9);
    assert_eq!(plan.protection.demand, 180.0);
    assert!(plan.situation.is_none() && plan.order.is_none());
}

#[test]
fn shelf_life_and_vendor_limit_the_order() {
    let world = World::at(20.0);
    let perishable = MaterialPolicy {
        shelf_life_days: Some(5),
        ..policy()
    };
    let order = world.plan(&perishable, 200.0, &[]).order.unwrap();
    assert_eq!((order.shelf_life_cap, order.quantity), (Some(100.0), 100.0));
    let minimum = MaterialPolicy {
        minimum_order_quantity: Some(130.0),
        ..perishable
    };
    let order = world.plan(&minimum, 200.0, &[]).order.unwrap();
    assert_eq!((order.quantity, order.beyond_shelf_life), (130.0, 30.0));
}

#[test]
fn price_breaks_set_quantity_and_price() {
    let world = World::at(20.0);
    let policy = policy();
    let prices = [
        PriceBreak {
            quantity: 1.0,
            unit_cost: 10.0,
        },
        PriceBreak {
            quantity: 1000.0,
            unit_cost: 8.0,
        },
    ];
    let input = PlanInput {
        prices: &prices,
        ..world.input(&policy, 100.0, &[])
    };
    let order = plan(&input).unwrap().order.unwrap();
    assert_eq!((order.quantity, order.unit_cost), (1000.0, Some(8.0)));
    assert_eq!(order.total_cost, Some(8000.0));
}

#[test]
fn orders_go_out_on_working_days_and_in_time() {
    let mut world = World::at(20.0);
    // A need in ten days; the review once a month looks that far ahead.
    let monthly = MaterialPolicy {
        review_period_days: 28.0,
        ..policy()
    };
    let plan = world.plan(&monthly, 600.0, &[]);
    let need = plan.situation.unwrap().days_until_need.unwrap();
    let order = plan.order.unwrap();
    assert_eq!(order.delivery_in_days, need);
    assert_eq!(order.order_in_days, need - 9);
    world.closed = (1000 + need - 9..=1000 + need - 7).collect();
    let moved = world.plan(&monthly, 600.0, &[]).order.unwrap();
    assert_eq!(
        moved.order_in_days,
        need - 10,
        "not on a closed day, and not too late"
    );
    world.closed = (1000..=1003).collect();
    let late = world.plan(&policy(), 0.0, &[]).order.unwrap();
    assert_eq!((late.order_in_days, late.delivery_in_days), (4, 13));
}

#[test]
fn a_day_that_is_open_is_planned_too() {
    let world = World::at(20.0);
    let orders = [OpenOrder {
        due_day: 1000,
        quantity: 30.0,
    }];
    let policy = policy();
    let input = PlanInput {
        today_is_open: true,
        ..world.input(&policy, 15.0, &orders)
    };
    let open = plan(&input).unwrap();
    let situation = open.situation.unwrap();
    assert_eq!((situation.overdue, situation.on_order), (0.0, 30.0));
    // 15 + 30 last for today and tomorrow; a closed day needs nothing.
    assert_eq!(situation.days_until_stockout, Some(2));
    let closed = world.plan(&policy, 15.0, &orders).situation.unwrap();
    assert_eq!(closed.days_until_stockout, Some(3));
    // Ten days from today on end with day 1009.
    let late = [OpenOrder {
        due_day: 1010,
        quantity: 30.0,
    }];
    let input = PlanInput {
        today_is_open: true,
        ..world.input(&policy, 15.0, &late)
    };
    assert_eq!(plan(&input).unwrap().situation.unwrap().on_order, 0.0);
}

#[test]
fn working_lead_times_cover_the_days_that_pass() {
    let mut world = World::at(20.0);
    // Two days of seven are closed.
    world.closed = (1000..1200).filter(|day| day % 7 >= 5).collect();
    let working = MaterialPolicy {
        lead_time_days: 10.0,
        lead_time_unit: LeadTimeUnit::Working,
        ..policy()
    };
    let plan = world.plan(&working, 0.0, &[]);
    assert_eq!(plan.working_lead_time.map(|time| time.mean), Some(10.0));
    assert_eq!((plan.lead_time.mean, plan.protection.days), (14.0, 15.0));
    assert_eq!(plan.protection.demand, 300.0);
    let order = plan.order.unwrap();
    assert_eq!(order.delivery_in_days - order.order_in_days, 14);
    assert!(
        plan.text(&working, "PCE")
            .contains("14 days by the calendar")
    );
}

#[test]
fn the_backtest_of_the_forecast_scales_its_error() {
    let world = World::at(20.0);
    let policy = policy();
    let mut input = world.input(&policy, 0.0, &[]);
    let plain = plan(&input).unwrap();
    input.demand.backtest = Some(BacktestErrors {
        forecast: 4.0,
        average: 16.0,
        weeks: 6,
    });
    let better = plan(&input).unwrap();
    assert!((better.protection.std_dev - plain.protection.std_dev / 2.0).abs() < 1e-9);
    assert!(better.safety_stock < 0.51 * plain.safety_stock);
    // The history is too short to know errors of averages: the backtest says nothing about single days.
    input.demand.history = &world.history[..10];
    let short = plan(&input).unwrap();
    assert_eq!(short.protection.backtest, None);
    assert_eq!(short.protection.relative_error, 1.0);
}

#[test]
fn a_plan_says_what_it_did() {
    let text = World::at(20.0)
        .plan(&policy(), 50.0, &[])
        .text(&policy(), "PCE");
    for words in [
        "Lead time: 9 days as stated",
        "Demand over 10 days from tomorrow on",
        "Safety stock:",
        "Reorder point:",
        "Position: 50 PCE = 50 on hand - 0 allocated + 0 on order",
        "Quantity:",
        "Dates: without an order",
        "order today",
        "Priority:",
    ] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    let idle = World::at(20.0)
        .plan(&policy(), 1e6, &[])
        .text(&policy(), "PCE");
    assert!(idle.ends_with("nothing is ordered."));
}

#[test]
fn the_spread_of_the_lead_time_is_told_by_the_day() {
    let world = World::at(20.0);
    let policy = policy();
    let mut input = world.input(&policy, 50.0, &[]);
    input.lead_time = LeadTime {
        mean: 9.0,
        std_dev: 2.0,
        observations: 12,
    };
    let plan = plan(&input).unwrap();
    assert_eq!(
        (plan.protection.demand, plan.protection.days),
        (200.0, 10.0)
    );
    let text = plan.text(&policy, "PCE");
    assert!(text.contains("20 a day x 2 days"), "{text}");
}

#[test]
fn contradictions_are_refused() {
    let world = World::at(20.0);
    let refused = |policy: MaterialPolicy| {
        plan(&world.input(&policy, 0.0, &[]))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(MaterialPolicy {
            lead_time_days: -1.0,
            ..policy()
        }),
        "lead time must be zero or more, not -1"
    );
    assert_eq!(
        refused(MaterialPolicy {
            lead_time_days: 3660.0,
            ..policy()
        }),
        "lead time plus review period must lie between 0 and 3653, not 3661"
    );
    assert_eq!(
        refused(MaterialPolicy {
            service_level: 1.0,
            ..policy()
        }),
        "service level must lie between 0 and 1, not 1"
    );
    assert_eq!(
        refused(MaterialPolicy {
            order_multiple: Some(0.0),
            ..policy()
        }),
        "order multiple must be positive, not 0"
    );
    assert_eq!(
        refused(MaterialPolicy {
            replenishment_policy: OrderPolicy::PeriodsOfSupply,
            ..policy()
        }),
        "policy PERIODS_OF_SUPPLY needs supply_days"
    );
    assert_eq!(
        refused(MaterialPolicy {
            service_measure: ServiceMeasure::DaysOfSupply,
            ..policy()
        }),
        "service measure DAYS_OF_SUPPLY needs safety_stock_days"
    );
    let beyond_a_double = |days, cost| {
        refused(MaterialPolicy {
            service_measure: ServiceMeasure::DaysOfSupply,
            safety_stock_days: Some(days),
            unit_cost: Some(cost),
            ..policy()
        })
    };
    assert_eq!(
        beyond_a_double(1e308, 10.0),
        "safety stock is too large to be computed from these values"
    );
    assert_eq!(
        beyond_a_double(1.0, 1e307),
        "cost of the order is too large to be computed from these values"
    );
}

proptest! {
    #[test]
    fn plans_are_finite_and_orders_cover_the_need(
        level in 0.0..500.0f64, on_hand in -100.0..5000.0f64, due in 995i64..1100,
        quantity in 0.0..1000.0f64, service in 0.5..0.999f64, lead in 0.0..60.0f64,
        review in 0.0..30.0f64, kind in 0usize..3,
    ) {
        let mut world = World::at(level.max(6.0));
        world.planned = vec![level; 60];
        let policy = MaterialPolicy {
            replenishment_policy: [OrderPolicy::Eoq, OrderPolicy::LotForLot, OrderPolicy::MinMax][kind],
            service_level: service,
            lead_time_days: lead,
            review_period_days: review,
            ..policy()
        };
        let plan = world.plan(&policy, on_hand, &[OpenOrder { due_day: due, quantity }]);
        prop_assert!(plan.reorder_point.is_finite() && plan.safety_stock >= 0.0);
        let position = plan.situation.unwrap().position;
        match plan.order {
            Some(order) => {
                prop_assert!(position <= plan.reorder_point);
                prop_assert!(position + order.quantity >= plan.reorder_point - 1e-6);
                prop_assert!(order.quantity.fract() == 0.0 && order.order_in_days >= 0);
                prop_assert!(order.delivery_in_days >= order.order_in_days);
            }
            None => prop_assert!(position >= plan.reorder_point || level == 0.0),
        }
    }
}
