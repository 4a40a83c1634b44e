using System.Globalization;
using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>How evidence is said on pages, and where its pages are.</summary>
public static class EvidenceTexts
{
    /// <summary>The public page with what is recorded for a reference, for other pages to link to.</summary>
    public static string Address(string reference) => $"/evidence/record?reference={Uri.EscapeDataString(reference)}";

    /// <summary>"2026-11-23 18:05:09", bank time.</summary>
    internal static string Time(DateTime utc) => BankTime.Local(utc).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    internal static string NameOf(NoteKeyKind kind) => kind == NoteKeyKind.Sm2 ? "SM2 / SM3" : "Ed25519";

    /// <summary>The kind in the page's language, or as it is when no text names it.</summary>
    internal static string KindOf(this IStringLocalizer texts, EvidenceBook.Line line) =>
        texts[$"evidence.kind.{line.Kind}"] is { ResourceNotFound: false } text ? text.Value : line.Kind;
}
