using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pujiang.Platform;

/// <summary>Money in JSON: {"amount":"1234.50","currency":"CNY"}. The amount is a string, so that no reader rounds it.</summary>
public sealed class MoneyJson : JsonConverter<Money>
{
    sealed record Form(string? Amount, string? Currency);

    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var form = JsonSerializer.Deserialize<Form>(ref reader, JsonSerializerOptions.Web);
        if (form?.Currency is not { } currency || Assets.TryOf(currency) is not { } asset)
            throw new JsonException("'currency' must be a currency of ISO 4217.");
        return Money.TryParse(form.Amount ?? "", asset, out var money) ? money
            : throw new JsonException($"'amount' must be a number with at most {asset.Scale} digits after the point, as a string.");
    }

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("amount", value.ToPlainString());
        writer.WriteString("currency", value.Asset.Code);
        writer.WriteEndObject();
    }
}
