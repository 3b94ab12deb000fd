/** A grey shape of the size of what is being loaded, so that nothing moves when it comes. */
export function Skeleton({ shape }: { shape: 'figure' | 'line' | 'chart' | 'row' | 'card' }) {
    return <span class={`skeleton skeleton-${shape}`} aria-hidden="true" />;
}

export function SkeletonRows({ count, shape }: { count: number; shape: 'row' | 'card' | 'line' }) {
    return (
        <>
            {Array.from({ length: count }, (_, i) => (
                <Skeleton key={i} shape={shape} />
            ))}
        </>
    );
}
