using System.Text;
using System.Text.Json;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>
/// A gateway that passes text messages on to phones, and tells the bank when the phone has one. It works for the bank alone, whose
/// signature it wants to see. Numbers that end in 0000 can't be reached.
/// </summary>
sealed class SmsGateway : Actor
{
    const string Unreachable = "0000";

    public override string Name => "sms";
    public override SignatureAlgorithm Algorithm => SignatureAlgorithm.Sm2;

    public override void Map(RouteGroupBuilder at) => at.MapReceive("/messages", Take, SignatureWanted.Always);

    static IResult Take(Exchange exchange, BankCalls calls)
    {
        var (number, about) = (NumberIn(exchange.Body), exchange.Subject);
        if (number is not null) exchange.Subject = number;
        if (number?.EndsWith(Unreachable, StringComparison.Ordinal) == true)
        {
            exchange.Finding = "unreachable";
            return Results.StatusCode(StatusCodes.Status410Gone);
        }
        if (Guid.TryParse(exchange.Id, out var message))
            calls.Tell(exchange.Actor, BankCalls.InboxPath, $"delivered-{message}", "delivery.confirmed", about,
                Encoding.UTF8.GetBytes($$"""{"message":"{{message}}"}"""));
        return Results.Accepted();
    }

    /// <summary>To which phone; null for what is no text message, which is taken all the same.</summary>
    static string? NumberIn(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<SmsMessage>(body, JsonSerializerOptions.Web)?.To;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
