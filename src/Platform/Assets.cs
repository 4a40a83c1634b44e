using Pujiang.Ledger;

namespace Pujiang.Platform;

/// <summary>The assets that the bank keeps books in.</summary>
public static class Assets
{
    /// <summary>Renminbi in fen.</summary>
    public static Asset Cny { get; } = Of("CNY");

    /// <summary>The asset of an ISO 4217 currency, with its minor unit as scale.</summary>
    /// <exception cref="ArgumentException">No currency in which payments are made has this code.</exception>
    public static Asset Of(string currency) =>
        TryOf(currency) ?? throw new ArgumentException($"{currency} is no currency of ISO 4217.", nameof(currency));

    /// <summary>The asset of an ISO 4217 currency, or null.</summary>
    public static Asset? TryOf(string currency) =>
        Currencies.TryGet(currency, out var found) && found.Kind == CurrencyKind.Money ? found.Asset : null;
}
