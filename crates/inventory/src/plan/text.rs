//! A plan in words: every number with the formula and the figures it comes from.

use crate::LeadTime;

use super::{
    MaterialPolicy, Order, OrderPolicy, Plan, SafetyMethod, Service, ServiceMeasure, Situation,
};

/// At most two decimals, none that say nothing.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
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
        lines.push(dates(order));
    }
    lines.join("\n")
}

fn lead_time(plan: &Plan, policy: &MaterialPolicy) -> String {
    let LeadTime {
        mean,
        std_dev,
        observations,
    } = plan.lead_time;
    let (mean, std_dev) = (number(mean), number(std_dev));
    let stated = number(policy.lead_time_days);
    match observations {
        0 => format!("Lead time: {stated} days as stated; no receipt has been recorded."),
        count => format!(
            "Lead time: {mean} days, standard deviation {std_dev}, from {count} receipts that lean on \
             the stated {stated} days."
        ),
    }
}

fn demand(plan: &Plan, policy: &MaterialPolicy, unit: &str) -> String {
    let protection = &plan.protection;
    let (days, demand) = (number(protection.days), number(protection.demand));
    let spread = number(protection.std_dev);
    let error = number(protection.forecast_error_std_dev);
    let lead = number(protection.lead_time_error_std_dev);
    let review = number(policy.review_period_days);
    let source = match protection.intervals_observed {
        0 => "single days of the history".to_owned(),
        count => format!("{count} past intervals of this length"),
    };
    let span = if matches!(protection.method, SafetyMethod::Formula(_)) {
        format!("{days} days of lead time at average demand")
    } else {
        format!("{days} days (lead time + {review} of review)")
    };
    format!(
        "Demand over {span}: {demand} {unit}, standard deviation {spread} = sqrt({error}^2 + {lead}^2): \
         error of the forecast, learned from {source}, and spread of the lead time."
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
        (SafetyMethod::Formula(method), ServiceMeasure::CycleService) => format!(
            "formula {method} for a service level of {} (z = {})",
            percent(target),
            number(z_score.unwrap_or_default())
        ),
        _ => format!(
            "the {} quantile of the {} law of that demand, less its mean",
            percent(target),
            protection.law
        ),
    };
    format!("Safety stock: {quantity} {unit}, {how}.")
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
    let needed = number(order.needed);
    let mut words = match order.policy {
        OrderPolicy::Eoq => format!(
            "{needed} {unit}: the larger of the economic quantity ({}) and what lasts another interval",
            plan.economic_order_quantity
                .map_or("unknown without a cost".to_owned(), number)
        ),
        OrderPolicy::LotForLot => format!("{needed} {unit}: what is missing until the next review"),
        OrderPolicy::PeriodsOfSupply => format!(
            "{needed} {unit}: what is missing and {} days of demand",
            policy.supply_days.unwrap_or_default()
        ),
        OrderPolicy::MinMax => format!("{needed} {unit}: up to the maximum level"),
    };
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

fn dates(order: &Order) -> String {
    let when = match order.order_in_days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    format!(
        "Dates: order {when}, delivery {} days from today, over working days. Without the order {} \
         units are expected to be short.",
        order.delivery_in_days,
        number(order.expected_shortage)
    )
}
