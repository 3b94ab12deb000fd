//! A plan in words: every number with the formula and the figures it comes from.

use crate::lead_time::STATED_WEIGHT;
use crate::safety_stock::BASIC_DAYS_OF_SUPPLY;
use crate::{LeadTime, SafetyStockMethod};

use super::{
    MaterialPolicy, Order, OrderPolicy, Plan, SafetyMethod, Service, ServiceMeasure, Situation,
};

/// At most two decimals, none that say nothing.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Four decimals, for factors.
fn exact(value: f64) -> String {
    format!("{value:.4}")
}

fn percent(share: f64) -> String {
    format!("{}%", number(100.0 * share))
}

pub(super) fn text(plan: &Plan, policy: &MaterialPolicy, unit: &str) -> String {
    let mut lines = vec![
        lead_time(plan, policy),
        demand(plan, policy, unit),
        safety(plan, unit),
        reorder_point(plan, policy, unit),
    ];
    if let Some(situation) = &plan.situation {
        lines.push(stock(plan, situation, unit));
        if plan.order.is_none() {
            lines.push("The position is above the reorder point: nothing is ordered.".to_owned());
        }
    }
    if let Some(order) = &plan.order {
        lines.push(quantity(plan, order, policy, unit));
        lines.push(dates(plan, order));
        lines.push(benefit(plan, order, policy));
    }
    lines.join("\n")
}

fn lead_time(plan: &Plan, policy: &MaterialPolicy) -> String {
    let counted = plan.working_lead_time.unwrap_or(plan.lead_time);
    let unit = match plan.working_lead_time {
        Some(_) => "working days",
        None => "days",
    };
    let LeadTime {
        mean,
        std_dev,
        observations,
    } = counted;
    let stated = policy.lead_time_days;
    let mut words = match observations {
        0 => format!(
            "{} {unit} as stated; no receipt has been recorded",
            number(stated)
        ),
        count => {
            let receipts = count as f64;
            let all = receipts + STATED_WEIGHT;
            format!(
                "{} {unit} = ({count} receipts x {} on average + {STATED_WEIGHT} x the stated {}) / {all}, \
                 standard deviation {}",
                number(mean),
                number((mean * all - STATED_WEIGHT * stated) / receipts),
                number(stated),
                number(std_dev),
            )
        }
    };
    if plan.working_lead_time.is_some() {
        words += &format!(
            "; from now that is {} days by the calendar, standard deviation {}",
            number(plan.lead_time.mean),
            number(plan.lead_time.std_dev)
        );
    }
    format!("Lead time: {words}.")
}

fn demand(plan: &Plan, policy: &MaterialPolicy, unit: &str) -> String {
    let protection = &plan.protection;
    let days = number(protection.days);
    let from = match protection.first_day {
        0 => "today",
        _ => "tomorrow",
    };
    let review_counts = protection.days > plan.lead_time.mean;
    let span = if matches!(protection.method, SafetyMethod::Formula(_))
        || (policy.review_period_days > 0.0 && !review_counts)
    {
        format!(
            "{days} days of lead time at the average of {}",
            number(plan.average_daily_demand)
        )
    } else {
        let review = number(policy.review_period_days);
        format!("{days} days from {from} on (lead time + {review} of review)")
    };
    let demand = number(protection.demand);
    format!(
        "Demand over {span}: {demand} {unit}, standard deviation {} = sqrt({}^2 + {}^2). {} {}",
        number(protection.std_dev),
        number(protection.forecast_error_std_dev),
        number(protection.lead_time_error_std_dev),
        forecast_error(plan),
        lead_time_error(plan),
    )
}

fn forecast_error(plan: &Plan) -> String {
    let protection = &plan.protection;
    let error = number(protection.forecast_error_std_dev);
    let Some(average) = protection.average_error_std_dev else {
        return format!(
            "{error} is {} a day x the root of {} days.",
            number(plan.demand_std_dev),
            number(protection.days)
        );
    };
    let average = number(average);
    let learned = format!(
        "averages of 28 days missed {} past intervals of this length by {average} (root mean square, \
         brought to the size of this forecast)",
        protection.intervals_observed
    );
    match protection.backtest {
        None => format!(
            "{error} is the error of the forecast: {learned}; it has no backtest of its own."
        ),
        Some(tested) => format!(
            "{error} is the error of the forecast: {learned}, times {} for its backtest, which over {} weeks \
             missed by {} a week where such averages missed by {}.",
            number(protection.relative_error),
            tested.weeks,
            number(tested.forecast),
            number(tested.average),
        ),
    }
}

fn lead_time_error(plan: &Plan) -> String {
    let protection = &plan.protection;
    let daily = if protection.days > 0.0 {
        protection.demand / protection.days
    } else {
        plan.average_daily_demand
    };
    format!(
        "{} is the spread of the lead time: {} a day x {} days.",
        number(protection.lead_time_error_std_dev),
        number(daily),
        number(plan.lead_time.std_dev)
    )
}

fn safety(plan: &Plan, unit: &str) -> String {
    let quantity = number(plan.safety_stock);
    let protection = &plan.protection;
    let Service {
        measure,
        target,
        z_score,
    } = plan.service;
    let how = match (protection.method, measure) {
        (SafetyMethod::DaysOfSupply, _) => format!("{} days of expected demand", number(target)),
        (SafetyMethod::FillRate, _) => format!(
            "the least that meets {} of demand from stock under the {} law",
            percent(target),
            protection.law
        ),
        (SafetyMethod::Formula(SafetyStockMethod::Basic), _) => format!(
            "{} days at the average of {}, since neither demand nor the lead time varies much (formula basic)",
            number(BASIC_DAYS_OF_SUPPLY),
            number(plan.average_daily_demand),
        ),
        (SafetyMethod::Formula(method), ServiceMeasure::CycleService) => format!(
            "= {} x {}: formula {method} for a service level of {}",
            exact(z_score.unwrap_or_default()),
            number(match method {
                SafetyStockMethod::DemandVariability => protection.forecast_error_std_dev,
                SafetyStockMethod::LeadTimeVariability => protection.lead_time_error_std_dev,
                _ => protection.std_dev,
            }),
            percent(target),
        ),
        _ if protection.law == "normal" => format!(
            "= {} x {}: the {} quantile of the normal law of that demand, less its mean",
            exact(z_score.unwrap_or_default()),
            number(protection.std_dev),
            percent(target),
        ),
        _ => format!(
            "= {} - {}: the {} quantile of the {} law of that demand, less its mean",
            number(protection.demand + plan.safety_stock),
            number(protection.demand),
            percent(target),
            law(&protection.law)
        ),
    };
    let joint = if how.starts_with('=') { " " } else { ", " };
    format!("Safety stock: {quantity} {unit}{joint}{how}.")
}

fn law(name: &str) -> String {
    name.replace('_', " ")
}

fn reorder_point(plan: &Plan, policy: &MaterialPolicy, unit: &str) -> String {
    let point = number(plan.reorder_point);
    match policy.minimum_stock_quantity {
        Some(_) => format!("Reorder point: {point} {unit}, as stated for the material."),
        None => format!(
            "Reorder point: {point} {unit} = {} expected + {} safety stock.",
            number(plan.protection.demand),
            number(plan.safety_stock)
        ),
    }
}

fn stock(plan: &Plan, situation: &Situation, unit: &str) -> String {
    let overdue = match situation.overdue {
        0.0 => String::new(),
        overdue => format!(" ({} of it overdue)", number(overdue)),
    };
    let out = match situation.days_until_stockout {
        Some(days) => format!("stock runs out in {days} days"),
        None => "no stock-out is in sight".to_owned(),
    };
    format!(
        "Position: {} {unit} = {} on hand - {} allocated + {} on order within {} days{overdue}; without \
         a new order {out}.",
        number(situation.position),
        number(situation.on_hand),
        number(situation.allocated),
        number(situation.on_order),
        number(plan.protection.days),
    )
}

fn quantity(plan: &Plan, order: &Order, policy: &MaterialPolicy, unit: &str) -> String {
    let mut words = format!(
        "{} {unit}: {}",
        number(order.needed),
        need(plan, order, policy)
    );
    if let Some(cap) = order.shelf_life_cap.filter(|cap| *cap < order.needed) {
        words += &format!("; {} can be sold within the shelf life", number(cap));
    }
    if order.beyond_shelf_life > 0.0 {
        words += &format!(
            "; the vendor's minimum or multiple brings {} that may expire",
            number(order.beyond_shelf_life)
        );
    }
    if (order.quantity - order.needed).abs() > 1e-9 {
        words += &format!(
            "; ordered are {} (minimum {}, multiple {}, maximum {})",
            number(order.quantity),
            policy
                .minimum_order_quantity
                .map_or("none".to_owned(), number),
            number(policy.order_multiple.unwrap_or(1.0)),
            policy
                .maximum_order_quantity
                .map_or("none".to_owned(), number),
        );
    }
    if let (Some(unit_cost), Some(total)) = (order.unit_cost, order.total_cost) {
        words += &format!("; at {} each {} in all", number(unit_cost), number(total));
    }
    format!("Quantity: {words}.")
}

/// What the policy asks for, as a sum.
fn need(plan: &Plan, order: &Order, policy: &MaterialPolicy) -> String {
    let short = number(order.shortage);
    match order.policy {
        OrderPolicy::Eoq => {
            let trigger = plan
                .reorder_point
                .max(plan.safety_stock + plan.protection.demand);
            let position = trigger_position(plan);
            format!(
                "the larger of the economic quantity, {}, and {} = {} + {} - {}, with which the stock lasts \
                 another interval",
                economic(plan, policy),
                number(trigger + plan.protection.demand - position),
                number(trigger),
                number(plan.protection.demand),
                number(position),
            )
        }
        OrderPolicy::LotForLot => format!(
            "{short} below the reorder point and the demand of {} days after the arrival, until the next review",
            number(policy.review_period_days.ceil().max(1.0))
        ),
        OrderPolicy::PeriodsOfSupply => format!(
            "{short} below the reorder point and the demand of {} days after the arrival",
            policy.supply_days.unwrap_or_default()
        ),
        OrderPolicy::MinMax => format!(
            "from {} up to the maximum of {}",
            number(trigger_position(plan)),
            number(trigger_position(plan) + order.needed)
        ),
    }
}

fn trigger_position(plan: &Plan) -> f64 {
    plan.situation.map_or(0.0, |situation| situation.position)
}

fn economic(plan: &Plan, policy: &MaterialPolicy) -> String {
    let Some(quantity) = plan.economic_order_quantity else {
        return "unknown without a cost".to_owned();
    };
    let yearly = 365.0 * plan.average_daily_demand;
    let formula = policy.unit_cost.map(|cost| {
        let by_formula =
            (2.0 * yearly * policy.ordering_cost / (cost * policy.holding_cost_pct)).sqrt();
        (cost, by_formula)
    });
    match formula {
        Some((cost, by_formula)) if (by_formula - quantity).abs() <= 1e-9 * quantity => format!(
            "{} = sqrt(2 x 365 x {} a day x {} an order / ({} x {} a year))",
            number(quantity),
            number(plan.average_daily_demand),
            number(policy.ordering_cost),
            number(cost),
            number(policy.holding_cost_pct),
        ),
        _ => format!("{} at the vendor's prices", number(quantity)),
    }
}

fn dates(plan: &Plan, order: &Order) -> String {
    let when = |days: i64| match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    let need = match plan
        .situation
        .and_then(|situation| situation.days_until_need)
    {
        Some(days) => format!(
            "without an order the stock falls below the safety stock {}; ",
            when(days)
        ),
        None => String::new(),
    };
    format!(
        "Dates: {need}order {}, delivery {}, over working days.",
        when(order.order_in_days),
        when(order.delivery_in_days),
    )
}

fn benefit(plan: &Plan, order: &Order, policy: &MaterialPolicy) -> String {
    let short = number(order.expected_shortage);
    let mut words = format!(
        "Without the order {short} are expected to be short: what that demand, under the {} law, exceeds the \
         position by",
        law(&plan.protection.law)
    );
    if let (Some(holding), Some(benefit), Some(cost)) =
        (order.holding_cost, order.benefit, order.unit_cost)
    {
        words += &format!(
            "; benefit {} = {short} x {} - {} for holding the order until it is sold",
            number(benefit),
            number(policy.shortage_cost.unwrap_or(cost)),
            number(holding),
        );
    }
    format!("Priority: {words}.")
}
