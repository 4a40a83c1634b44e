using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>A gateway that passes text messages on to phones.</summary>
sealed class SmsGateway : Actor
{
    public override string Name => "sms";
    public override SignatureAlgorithm Algorithm => SignatureAlgorithm.Sm2;

    public override void Map(RouteGroupBuilder at) => at.MapReceive("/messages", () => Results.Accepted(), SignatureWanted.IfThere);
}
