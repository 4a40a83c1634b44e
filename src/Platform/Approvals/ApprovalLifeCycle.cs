namespace Pujiang.Platform;

/// <summary>How a request for consent stands.</summary>
public enum ApprovalState
{
    /// <summary>Others have to decide.</summary>
    Waiting = 1,

    /// <summary>Everybody who was needed has consented; it is about to be carried out.</summary>
    Approved = 2,

    /// <summary>Carried out, once.</summary>
    Executed = 3,

    /// <summary>Approved, but when it was carried out a rule of the act itself refused it. Nothing happened.</summary>
    Failed = 4,

    Refused = 5,

    /// <summary>Taken back by who asked.</summary>
    Withdrawn = 6,

    /// <summary>Nobody decided in time.</summary>
    Expired = 7,
}

/// <summary>What happens to a request.</summary>
public enum ApprovalEvent
{
    Asked = 1,

    /// <summary>One person consents, and others are still needed.</summary>
    Approved = 2,

    /// <summary>The last person who was needed consents.</summary>
    ApprovedByAll = 3,

    Refused = 4,
    Withdrawn = 5,
    Expired = 6,
    Executed = 7,
    Failed = 8,
}

/// <summary>The life of a request: all transitions there are. <c>docs/approvals.md</c> prints them.</summary>
public static class ApprovalLifeCycle
{
    public static IReadOnlyList<(ApprovalState From, ApprovalEvent Event, ApprovalState To)> Transitions { get; } =
    [
        (ApprovalState.Waiting, ApprovalEvent.Approved, ApprovalState.Waiting),
        (ApprovalState.Waiting, ApprovalEvent.ApprovedByAll, ApprovalState.Approved),
        (ApprovalState.Waiting, ApprovalEvent.Refused, ApprovalState.Refused),
        (ApprovalState.Waiting, ApprovalEvent.Withdrawn, ApprovalState.Withdrawn),
        (ApprovalState.Waiting, ApprovalEvent.Expired, ApprovalState.Expired),
        (ApprovalState.Approved, ApprovalEvent.Executed, ApprovalState.Executed),
        (ApprovalState.Approved, ApprovalEvent.Failed, ApprovalState.Failed),
    ];

    static readonly Dictionary<(ApprovalState, ApprovalEvent), ApprovalState> Next =
        Transitions.ToDictionary(t => (t.From, t.Event), t => t.To);

    public static bool IsEnd(ApprovalState state) => Transitions.All(t => t.From != state);

    /// <summary>Where an event leads to, or null where it can't happen.</summary>
    public static ApprovalState? After(ApprovalState state, ApprovalEvent happened) =>
        Next.TryGetValue((state, happened), out var next) ? next : null;

    /// <summary>The table in the form of the documentation.</summary>
    public static string Markdown() => string.Join('\n',
    [
        "| state | what happens | state after |",
        "|---|---|---|",
        $"| – | {ApprovalEvent.Asked} | {ApprovalState.Waiting} |",
        .. Transitions.Select(t => $"| {t.From} | {t.Event} | {t.To}{(IsEnd(t.To) ? " (end)" : "")} |"),
    ]);
}
