import type { WorkItem } from '../api/types.ts';
import { day, days, exactly, money } from '../format.ts';
import type { Named } from '../state/use-worklist.ts';
import { ReviewButtons } from './review-buttons.tsx';
import { Skeleton } from './skeleton.tsx';
import { UrgencyBadge } from './urgency-badge.tsx';

interface Props {
    suggestion: WorkItem;
    named: Named | null;
    selected: boolean;
    onSelect: () => void;
    onChanged: (message: string) => void;
}

export function WorklistItem({ suggestion, named, selected, onSelect, onChanged }: Props) {
    return (
        <li class={selected ? 'card selected' : 'card'} data-urgency={suggestion.urgencyLevel}>
            <div class="card-head">
                {named === null ? (
                    <Skeleton shape="line" />
                ) : (
                    <button type="button" class="link-button card-name" aria-current={selected} onClick={onSelect}>
                        <span class="material-code">{named.materialCode}</span> {named.materialName}
                    </button>
                )}
                <UrgencyBadge level={suggestion.urgencyLevel} />
            </div>
            <p class="card-order">
                Order <strong>{exactly(suggestion.recommendedOrderQuantity, suggestion.recommendedOrderUom)}</strong>
                {suggestion.estimatedTotalCost !== null && <> for {money(suggestion.estimatedTotalCost)}</>}
            </p>
            <p class="muted card-facts">
                {stockout(suggestion.daysUntilStockout)},{' '}
                <span class="one-line">arrives {day(suggestion.recommendedDeliveryDate)}</span>
            </p>
            <ReviewButtons
                suggestion={suggestion}
                name={named?.materialCode ?? 'this material'}
                onChanged={onChanged}
            />
        </li>
    );
}

function stockout(left: number | null): string {
    if (left === null) return 'No stock-out in sight';
    return left <= 0 ? 'Out of stock' : `Out of stock in ${days(left)}`;
}
