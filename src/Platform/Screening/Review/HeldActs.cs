namespace Pujiang.Platform;

/// <summary>Carries on, or ends, what waited for screening. The service whose act it is adds one (scoped) for its subjects.</summary>
public interface IHeldAct
{
    /// <summary>First part of the subjects that are its own: "accounts/transfer/".</summary>
    string Prefix { get; }

    /// <summary>No hit was true: the act goes on. Safe to repeat.</summary>
    Task Continue(string subject, CancellationToken cancel);

    /// <summary>A hit was true: the act is refused, without a word of why. Safe to repeat.</summary>
    Task Refuse(string subject, CancellationToken cancel);
}

/// <summary>Blocks what a customer has here, because the customer is on a list. The service that keeps accounts adds one (scoped).</summary>
public interface ICustomerBlock
{
    /// <summary>Nothing goes in or out from now on. Safe to repeat.</summary>
    Task Block(Guid party, CancellationToken cancel);
}

/// <summary>Names of somebody who is compared again when a list changes. Each service adds one (scoped) for those it keeps.</summary>
public interface IScreenedAgain
{
    /// <summary>Small letters and hyphens; the order of the names is that of the run.</summary>
    string What { get; }

    Task<int> Count(CityDb db, CancellationToken cancel);

    /// <summary>The next of them by id; none at the end.</summary>
    Task<IReadOnlyList<(Guid Id, ScreenedAct Act, ScreenedPerson Person)>> After(CityDb db, Guid id, int most, CancellationToken cancel);
}
