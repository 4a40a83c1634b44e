using System.Security.Cryptography;
using System.Text;

namespace Pujiang.Platform;

/// <summary>A document that the bank writes, as what it says; <see cref="PdfWriter"/> makes pages of it.</summary>
/// <param name="Title">Large on the first page, and the title of the file.</param>
/// <param name="Header">Small on each page: whose document it is, and its number.</param>
/// <param name="Language">One of <see cref="Languages"/>.</param>
public sealed record PdfText(string Title, string Header, string Language, IReadOnlyList<PdfBlock> Blocks)
{
    /// <summary>
    /// SHA-256 of all it says, lower-case hexadecimal digits: title, header and the blocks' texts in their order, each ended by a line
    /// feed, in UTF-8. It stands on each page, so a print can be compared with what the bank has on record.
    /// </summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in (IEnumerable<string>)[Title, Header, .. Blocks.SelectMany(block => block.Texts)])
            hash.AppendData(Encoding.UTF8.GetBytes($"{text}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>A part of a document.</summary>
public abstract record PdfBlock
{
    /// <summary>What it says, in order.</summary>
    public abstract IEnumerable<string> Texts { get; }
}

/// <summary>A heading that stays with what follows.</summary>
public sealed record PdfHeading(string Text) : PdfBlock
{
    public override IEnumerable<string> Texts => [Text];
}

/// <summary>A paragraph.</summary>
/// <param name="Indent">The first line begins two characters in, as Chinese paragraphs do.</param>
public sealed record PdfParagraph(string Text, bool Indent = false) : PdfBlock
{
    public override IEnumerable<string> Texts => [Text];
}

/// <summary>Labels and values, side by side.</summary>
public sealed record PdfFacts(params IReadOnlyList<(string Label, string Value)> Rows) : PdfBlock
{
    public override IEnumerable<string> Texts => Rows.SelectMany(row => (IEnumerable<string>)[row.Label, row.Value]);
}

/// <summary>A column of a table.</summary>
/// <param name="Share">Of the width: 2 is twice as wide as 1.</param>
/// <param name="IsNumber">Set to the right.</param>
public sealed record PdfColumn(string Title, double Share = 1, bool IsNumber = false);

/// <summary>A table, whose head is repeated on each page.</summary>
/// <param name="Totals">A last row that stands out, and not alone on a page; null for none.</param>
public sealed record PdfTable(IReadOnlyList<PdfColumn> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, IReadOnlyList<string>? Totals = null) : PdfBlock
{
    public override IEnumerable<string> Texts => [.. Columns.Select(column => column.Title), .. Rows.SelectMany(row => row), .. Totals ?? []];
}

/// <summary>A place for each party to sign, side by side.</summary>
/// <param name="Line">What to put on the line: "Signature, date".</param>
public sealed record PdfSignatures(string Line, params IReadOnlyList<string> Parties) : PdfBlock
{
    public override IEnumerable<string> Texts => Parties;
}

/// <summary>
/// The bank's round red seal, printed where the bank stands for what is above. It is a picture: what can be verified is the
/// signature that the bank puts on the file.
/// </summary>
/// <param name="Bank">Around the star.</param>
/// <param name="Purpose">Below the star: 业务专用章.</param>
/// <param name="Date">Beside it.</param>
public sealed record PdfSeal(string Bank, string Purpose, string Date) : PdfBlock
{
    public override IEnumerable<string> Texts => [Bank, Purpose, Date];
}
