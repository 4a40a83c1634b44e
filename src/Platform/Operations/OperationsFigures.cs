namespace Pujiang.Platform;

/// <summary>A figure of the operations page that a part of the bank brings, such as what waits to be delivered.</summary>
/// <param name="TextKey">Key of its name.</param>
/// <param name="Value">As shown; never a name or a number of a person.</param>
/// <param name="Href">The page with more of it, or null.</param>
/// <param name="Wrong">Somebody should look.</param>
public sealed record OperationsFigure(string TextKey, string Value, string? Href = null, bool Wrong = false);

/// <summary>Brings figures to the operations page. Each part adds its own (scoped) to the container.</summary>
public interface IOperationsFigures
{
    Task<IReadOnlyList<OperationsFigure>> Read(CancellationToken cancel);
}

/// <summary>How many requests wait for a decision.</summary>
sealed class ApprovalFigures(Approvals approvals) : IOperationsFigures
{
    public async Task<IReadOnlyList<OperationsFigure>> Read(CancellationToken cancel) =>
        [new("approvals.figure", $"{await approvals.CountWaiting(cancel)}", "/approvals")];
}
