using System.Text;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>A gateway that passes text messages on to phones, and tells the bank when the phone has one.</summary>
sealed class SmsGateway : Actor
{
    public override string Name => "sms";
    public override SignatureAlgorithm Algorithm => SignatureAlgorithm.Sm2;

    public override void Map(RouteGroupBuilder at) => at.MapReceive("/messages", Take, SignatureWanted.IfThere);

    static IResult Take(Exchange exchange, BankCalls calls)
    {
        if (Guid.TryParse(exchange.Id, out var message))
            calls.Tell(exchange.Actor, BankCalls.InboxPath, $"delivered-{message}", "delivery.confirmed", exchange.Subject,
                Encoding.UTF8.GetBytes($$"""{"message":"{{message}}"}"""));
        return Results.Accepted();
    }
}
