using System.Globalization;
using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>How deliveries are spoken of on pages.</summary>
static class DeliveryTexts
{
    public static string Colour(DeliveryState state) => state switch
    {
        DeliveryState.Delivered => "good",
        DeliveryState.Waiting => "waiting",
        DeliveryState.GivenUp => "bad",
        _ => "neutral",
    };

    public static string Colour(WebhookState state) => state switch
    {
        WebhookState.Active => "good",
        WebhookState.Unproven => "waiting",
        WebhookState.Paused => "bad",
        _ => "neutral",
    };

    /// <summary>A kind of event in words; a message of another kind by its name.</summary>
    public static string Kind(IStringLocalizer texts, string kind) => texts[$"event.{kind}"] is { ResourceNotFound: false } text ? text.Value : kind;

    /// <summary>What became of an attempt.</summary>
    public static string Outcome(IStringLocalizer texts, Deliveries.Attempt attempt) =>
        attempt.Failure is { } failure ? texts[$"deliveries.failure.{failure}", attempt.Status ?? 0]
            : attempt.EndedAt is null ? texts["deliveries.under-way"]
            : texts["deliveries.arrived", attempt.Status ?? 0];

    /// <summary>"sms", or "Webhook 01977f3e" with the beginning of its id.</summary>
    public static string Destination(IStringLocalizer texts, string name) =>
        name.StartsWith(Webhooks.Prefix, StringComparison.Ordinal) ? texts["deliveries.webhook", name[^12..]] : name;

    /// <summary>A day of a filter; true without one when the field is empty.</summary>
    public static bool TryDay(string? text, out DateOnly? day)
    {
        day = null;
        if (string.IsNullOrWhiteSpace(text)) return true;
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) || read.Year is < 1900 or > 9000) return false;
        day = read;
        return true;
    }

    /// <summary>A page with its filter, what is empty left out.</summary>
    public static string Address(string path, params ReadOnlySpan<(string Name, string? Value)> filter)
    {
        var parts = new List<string>();
        foreach (var (name, value) in filter)
            if (!string.IsNullOrEmpty(value)) parts.Add($"{name}={Uri.EscapeDataString(value)}");
        return $"{path}?{string.Join('&', parts)}";
    }

    public static IReadOnlyList<Choice> States(IStringLocalizer texts) =>
        [.. Enum.GetNames<DeliveryState>().Select(name => new Choice(name, texts[$"deliveries.state.{name}"]))];
}
