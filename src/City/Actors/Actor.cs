using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>Somebody outside the bank, in one file: which addresses it has, what it answers, and what it tells the bank.</summary>
/// <remarks>
/// To add one: a class like <see cref="Firm"/>, its line in <see cref="All"/>, and the texts <c>city.actor.{name}</c> and
/// <c>city.actor.{name}.what</c>. Its switches, pages, keys and memory come by themselves; what it has to tell the bank goes
/// through <see cref="BankCalls"/>.
/// </remarks>
abstract class Actor
{
    /// <summary>The first part of its addresses, and the owner of its keys in the bank's registry: 2 to 32 small letters, digits and hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>What it signs with.</summary>
    public virtual SignatureAlgorithm Algorithm => SignatureAlgorithm.Ed25519;

    /// <summary>What it needs beside the city's own services, such as a listener for another protocol.</summary>
    public virtual void AddServices(IServiceCollection services, CityOptions options)
    {
    }

    /// <summary>Maps its addresses, all below its name. What shall be kept and signed is mapped with <see cref="ActorEndpoints.MapReceive"/>.</summary>
    public abstract void Map(RouteGroupBuilder at);

    public static IReadOnlyList<Actor> All { get; } = [new Firm(), new SmsGateway(), new Mailboxes(), new MalwareScanner(), new LogWitness()];

    public static Actor? Named(string? name) => All.FirstOrDefault(actor => actor.Name == name);

    /// <summary>The actor whose address this is.</summary>
    public static Actor? At(PathString path) => Named(path.Value?.Split('/', 3).ElementAtOrDefault(1));
}

/// <summary>Whether an address takes messages that the bank has not signed.</summary>
enum SignatureWanted
{
    /// <summary>Nobody looks: the protocol knows no signatures of ours.</summary>
    No,

    /// <summary>One that is there must be right.</summary>
    IfThere,

    /// <summary>It must be there and be right.</summary>
    Always,
}

static class ActorEndpoints
{
    /// <summary>Metadata of an address whose messages are kept and whose answers are signed.</summary>
    public sealed record Receives(SignatureWanted Wanted);

    /// <summary>An address that takes messages: each is kept, judged by its signature, taken once by its id, and answered with the actor's signature.</summary>
    /// <param name="handler">May take an <see cref="Exchange"/>, to say what it found.</param>
    public static void MapReceive(this RouteGroupBuilder at, string path, Delegate handler, SignatureWanted wanted) =>
        at.MapPost(path, handler).WithMetadata(new Receives(wanted)).DisableAntiforgery();
}
