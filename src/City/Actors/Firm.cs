namespace Pujiang.City;

/// <summary>The computer system of a firm: it takes the bank's webhooks, signed ones only, each once. A ping is echoed, to show that it wants them.</summary>
sealed class Firm : Actor
{
    const string Ping = "webhook.ping";

    public override string Name => "firm";

    public override void Map(RouteGroupBuilder at) => at.MapReceive("/events", Take, SignatureWanted.Always);

    static IResult Take(Exchange exchange) => exchange.Kind == Ping ? Results.Bytes(exchange.Body, "application/json") : Results.Accepted();
}
