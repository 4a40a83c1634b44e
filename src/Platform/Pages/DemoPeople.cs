namespace Pujiang.Platform;

/// <summary>The people whom the demo offers for one-click sign-in; never asked outside demo mode.</summary>
public interface IDemoPeople
{
    Task<IReadOnlyList<DemoPerson>> List(CancellationToken cancel = default);
}

/// <param name="Id">The party; becomes the name identifier of the signed-in user.</param>
/// <param name="Role">Role claim, and key of its name: <c>role.{Role}</c> ("customer", "firm", "teller").</param>
/// <param name="Shows">What a visitor can see as this person, in one sentence.</param>
public sealed record DemoPerson(Guid Id, Bilingual Name, string Role, Bilingual Shows);
