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

    public static IReadOnlyList<Choice> States(IStringLocalizer texts) =>
        [.. Enum.GetNames<DeliveryState>().Select(name => new Choice(name, texts[$"deliveries.state.{name}"]))];
}
