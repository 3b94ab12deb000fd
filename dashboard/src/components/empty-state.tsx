export function EmptyState() {
    return (
        <section class="panel empty" aria-label="No material selected">
            <svg viewBox="0 0 120 60" width="160" height="80" aria-hidden="true">
                <path class="empty-history" d="M4 44 L18 36 L32 42 L46 28 L60 34" />
                <path class="empty-band" d="M60 34 L78 22 L96 18 L116 8 L116 44 L96 40 L78 38 Z" />
                <path class="empty-forecast" d="M60 34 L78 30 L96 29 L116 26" />
            </svg>
            <h2>Select a material to begin</h2>
            <p>Search by code or name, or take one from the list of what to order.</p>
        </section>
    );
}
