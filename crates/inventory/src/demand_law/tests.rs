use super::*;
use proptest::prelude::*;

fn laws(mean: f64, spread: f64) -> Vec<DemandLaw> {
    vec![
        DemandLaw::normal(mean, spread).unwrap(),
        DemandLaw::gamma(mean, spread).unwrap(),
        DemandLaw::poisson(mean).unwrap(),
        DemandLaw::negative_binomial(mean, mean + spread).unwrap(),
        DemandLaw::empirical(&[0.0, mean / 2.0, mean, mean, mean + spread]).unwrap(),
    ]
}

#[test]
fn the_data_chooses_the_law() {
    let name = |mean, variance| choose(mean, variance).unwrap().name();
    assert_eq!(name(3.0, 3.2), "poisson");
    assert_eq!(name(3.0, 3.4), "negative_binomial");
    assert_eq!(name(3.0, 2.0), "normal");
    assert_eq!(name(3.0, 2.5), "gamma");
    assert_eq!(name(100.0, 2500.0), "normal");
    assert_eq!(name(100.0, 2501.0), "gamma");
    assert_eq!(name(0.0, 4.0), "normal");
    assert_eq!(name(5.0, 0.0), "normal");
    assert_eq!(choose_continuous(3.0, 12.0).unwrap().name(), "gamma");
}

#[test]
fn chosen_laws_keep_mean_and_variance() {
    for (mean, variance) in [(3.0, 3.0), (3.0, 12.0), (100.0, 400.0), (100.0, 10_000.0)] {
        let law = choose(mean, variance).unwrap();
        assert!((law.mean() - mean).abs() < 1e-9 * mean, "{}", law.name());
        assert!(
            (law.variance() - variance).abs() < 1e-9 * variance,
            "{}",
            law.name()
        );
    }
}

#[test]
fn certain_demand_needs_its_mean() {
    let certain = choose(5.0, 0.0).unwrap();
    assert_eq!(certain.quantile(0.99), Ok(5.0));
    assert_eq!(
        certain.loss(3.0),
        Ok(Loss {
            shortage: 2.0,
            surplus: 0.0
        })
    );
    assert_eq!(
        certain.loss(8.0),
        Ok(Loss {
            shortage: 0.0,
            surplus: 3.0
        })
    );
    assert_eq!(certain.cdf(4.9), Ok(0.0));
    assert_eq!(certain.cdf(5.0), Ok(1.0));
    let none = DemandLaw::poisson(0.0).unwrap();
    assert_eq!(none.quantile(0.99), Ok(0.0));
    assert_eq!(
        none.loss(2.0),
        Ok(Loss {
            shortage: 0.0,
            surplus: 2.0
        })
    );
    assert_eq!(
        none.loss(-2.0),
        Ok(Loss {
            shortage: 2.0,
            surplus: 0.0
        })
    );
    assert_eq!(none.cdf(0.0), Ok(1.0));
}

#[test]
fn discrete_losses_are_sums_of_survival() {
    // n(x) = sum of P(D > k) over k from x on, for whole x.
    for law in [
        DemandLaw::poisson(3.2).unwrap(),
        DemandLaw::negative_binomial(3.2, 9.0).unwrap(),
    ] {
        for x in [0.0, 1.0, 5.0, 12.0] {
            let tail: f64 = (0..400)
                .map(|k| 1.0 - law.cdf(x + f64::from(k)).unwrap())
                .sum();
            let shortage = law.loss(x).unwrap().shortage;
            assert!((shortage - tail).abs() < 1e-9, "{} {x}", law.name());
        }
        let between = law.loss(2.5).unwrap().shortage;
        let ends = law.loss(2.0).unwrap().shortage + law.loss(3.0).unwrap().shortage;
        assert!((between - ends / 2.0).abs() < 1e-12);
    }
}

#[test]
fn the_beta_function_converges_for_every_law_that_is_let_in() {
    for (mean, variance) in [
        (1e4, 2e4),
        (1e4, 1.1e4),
        (1e4, 1e8),
        (3e3, 3.1e3),
        (10.0, 10.002),
        (1e-3, 50.0),
    ] {
        let law = DemandLaw::negative_binomial(mean, variance).unwrap();
        let p = mean / variance;
        let r = mean * p / (1.0 - p);
        // Sum of the probabilities, each from the one before.
        let (mut log_probability, mut sum) = (r * p.ln(), 0.0);
        let last = mean + 2.0 * variance.sqrt();
        let mut k = 0.0;
        while k <= last {
            sum += log_probability.exp();
            log_probability += ((k + r) / (k + 1.0) * (1.0 - p)).ln();
            k += 1.0;
        }
        let cdf = law.cdf(k - 1.0).unwrap();
        assert!((cdf - sum).abs() < 1e-7, "{mean} {variance}: {cdf} {sum}");
    }
}

#[test]
fn empirical_law_reads_the_sample() {
    let law = DemandLaw::empirical(&[4.0, 0.0, 2.0, 10.0]).unwrap();
    assert_eq!(law.mean(), 4.0);
    assert_eq!(law.quantile(0.5), Ok(2.0));
    assert_eq!(law.quantile(0.51), Ok(4.0));
    assert_eq!(law.quantile(0.99), Ok(10.0));
    assert_eq!(law.quantile(0.01), Ok(0.0));
    assert_eq!(law.cdf(3.0), Ok(0.5));
    assert_eq!(law.loss(4.0).unwrap().shortage, 1.5);
}

#[test]
fn refuses_what_is_out_of_range() {
    assert!(choose(-1.0, 1.0).is_err());
    assert!(choose(1.0, f64::NAN).is_err());
    assert!(DemandLaw::normal(0.0, -1.0).is_err());
    assert!(DemandLaw::gamma(0.0, 1.0).is_err());
    assert!(DemandLaw::gamma(1.0, 0.0).is_err());
    assert!(DemandLaw::gamma(1e-200, 1e200).is_err());
    assert!(DemandLaw::gamma(1.0, 1e-6).is_err());
    assert!(DemandLaw::poisson(1e6).is_err());
    assert!(DemandLaw::negative_binomial(1.0, 1.0 + 1e-12).is_err());
    assert_eq!(
        DemandLaw::negative_binomial(5.0, 5.0)
            .unwrap_err()
            .to_string(),
        "variance of a negative binomial demand must be above its mean (5), not 5"
    );
    assert_eq!(
        DemandLaw::empirical(&[]),
        Err(Error::Empty {
            name: "demand sample"
        })
    );
    assert!(DemandLaw::empirical(&[1.0, f64::NAN]).is_err());
    let law = DemandLaw::poisson(1.0).unwrap();
    assert!(law.quantile(1.0).is_err());
    assert!(law.loss(f64::NAN).is_err());
    assert!(law.cdf(f64::INFINITY).is_err());
}

#[test]
fn extreme_parameters_answer_finite_numbers() {
    for law in [
        DemandLaw::normal(1e12, 1e11).unwrap(),
        DemandLaw::gamma(1e-3, 9.9).unwrap(),
        DemandLaw::gamma(1e9, 1.1e5).unwrap(),
        DemandLaw::poisson(MAX_DISCRETE_MEAN).unwrap(),
        DemandLaw::poisson(1e-12).unwrap(),
        DemandLaw::negative_binomial(1.0, 1e6).unwrap(),
        DemandLaw::negative_binomial(1.0, 1.0001).unwrap(),
        choose(1e-9, 1e9).unwrap(),
        DemandLaw::negative_binomial(MAX_DISCRETE_MEAN, 2e4).unwrap(),
    ] {
        for p in [1e-9, 0.5, 0.999_999_999] {
            let level = law.quantile(p).unwrap();
            assert!(level.is_finite(), "{law:?} {p}");
            let loss = law.loss(level).unwrap();
            assert!(loss.shortage >= 0.0 && loss.surplus >= 0.0, "{law:?} {p}");
        }
    }
}

proptest! {
    #[test]
    fn quantile_inverts_the_distribution(
        mean in 0.1..50.0f64, spread in 0.1..50.0f64, p in 0.01..0.99f64,
    ) {
        for law in laws(mean, spread) {
            let level = law.quantile(p).unwrap();
            // The library ends its search for a quantile at 1e-9 and its erfc is good to 5e-11.
            let slack = 1e-8 * (level.abs() + spread);
            prop_assert!(law.cdf(level + slack).unwrap() >= p - 1e-12, "{law:?}");
            prop_assert!(law.cdf(level - slack).unwrap() <= p, "{law:?}");
        }
    }

    #[test]
    fn quantiles_rise_with_the_service_level(
        mean in 0.1..50.0f64, spread in 0.1..50.0f64, p in 0.01..0.98f64, more in 0.001..0.01f64,
    ) {
        for law in laws(mean, spread) {
            prop_assert!(law.quantile(p + more).unwrap() >= law.quantile(p).unwrap());
        }
    }

    #[test]
    fn shortage_falls_with_the_level_and_balances_the_surplus(
        mean in 0.1..50.0f64, spread in 0.1..50.0f64, x in -10.0..150.0f64, more in 0.0..20.0f64,
    ) {
        for law in laws(mean, spread) {
            let (here, above) = (law.loss(x).unwrap(), law.loss(x + more).unwrap());
            prop_assert!(above.shortage <= here.shortage + 1e-9, "{law:?}");
            prop_assert!((here.surplus - here.shortage - (x - law.mean())).abs() < 1e-7, "{law:?}");
        }
    }
}
