namespace Pujiang.Platform;

/// <summary>Carries out what was approved, for one kind of act. Each service adds its own (scoped) to the container.</summary>
public interface IApprovedAct
{
    /// <summary>One of <see cref="ApprovalKinds"/>.</summary>
    string Kind { get; }

    /// <summary>
    /// Does it. Rows are changed as tracked entities of <paramref name="db"/>; the caller saves them in one transaction with the
    /// state of the request, so nothing is saved here. Money is posted to the ledger with an id made from
    /// <see cref="ApprovedContent.Id"/>: after a crash this is called again, and must come to the same, once.
    /// </summary>
    /// <returns>What the act's own rules say against it now; null when it was done.</returns>
    Task<Refusal?> Execute(ApprovedContent approved, CityDb db, CancellationToken cancel);
}

/// <summary>What was approved, and is executed.</summary>
/// <param name="Id">The request. Idempotency key of the act.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Content">JSON, byte for byte as it was asked.</param>
/// <param name="Maker">Who asked: <see cref="Caller.Actor"/>.</param>
public sealed record ApprovedContent(Guid Id, string Subject, string Content, string Maker);
