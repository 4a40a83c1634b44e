namespace Pujiang.City;

/// <summary>Everybody's mailbox.</summary>
sealed class Mailboxes : Actor
{
    public override string Name => "mail";

    public override void Map(RouteGroupBuilder at) => at.MapReceive("/messages", () => Results.Accepted(), SignatureWanted.IfThere);
}
