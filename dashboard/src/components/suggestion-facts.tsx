import type { Suggestion } from '../api/types.ts';
import { day, exactly, money, NOTHING, unitCost, withUnit } from '../format.ts';

export function SuggestionFacts({ suggestion: s }: { suggestion: Suggestion }) {
    const unit = s.recommendedOrderUom;
    const facts: [string, string][] = [
        ['Order', exactly(s.recommendedOrderQuantity, unit)],
        ['Cost', s.estimatedTotalCost === null ? NOTHING : `${money(s.estimatedTotalCost)} (${unitCost(s.estimatedUnitCost)} each)`],
        ['Order on', day(s.recommendedOrderDate)],
        ['Arrives', day(s.recommendedDeliveryDate)],
        ['Available', withUnit(s.currentAvailableQuantity, unit)],
        ['On order', withUnit(s.currentOnOrderQuantity, unit)],
        ['Next 30 days', withUnit(s.forecastedDemand30Days, unit)],
        ['Runs out', s.projectedStockoutDate === null ? 'not in sight' : day(s.projectedStockoutDate)],
    ];
    return (
        <dl class="facts">
            {facts.map(([name, value]) => (
                <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            ))}
        </dl>
    );
}
