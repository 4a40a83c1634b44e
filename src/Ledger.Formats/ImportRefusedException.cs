namespace Pujiang.Ledger.Formats;

/// <summary>A place in a file: a line or row from 1, a column from 1 (0 for the whole line), and the field if it has a name.</summary>
public readonly record struct Place(long Line, int Column = 0, string? Field = null)
{
    public override string ToString() =>
        Line.ToString() + (Column > 0 ? $":{Column}" : "") + (Field is null ? "" : $" ({Field})");
}

/// <summary>The file can't be imported. The message names the place, what stands there and what would be right.</summary>
public sealed class ImportRefusedException : Exception
{
    public ImportRefusedException() { }
    public ImportRefusedException(string message) : base(message) { }
    public ImportRefusedException(string message, Exception inner) : base(message, inner) { }

    /// <param name="found">What stands there, as a sentence that ends with what would be right.</param>
    public ImportRefusedException(string file, Place place, string found, Exception? inner = null)
        : base($"{file}:{place}: {found}", inner) => Place = place;

    public Place Place { get; }
}

/// <summary>Found while reading; the file's name is added further up.</summary>
sealed class BadInputException(Place place, string found, Exception? inner = null) : Exception(found, inner)
{
    public Place Place { get; } = place;
}

/// <summary>Foreign text in a message: short and on one line.</summary>
static class Shown
{
    const int Longest = 60;

    public static string Text(ReadOnlySpan<char> text)
    {
        var isCut = text.Length > Longest;
        var shown = string.Create(isCut ? Longest : text.Length, text[..(isCut ? Longest : text.Length)], (to, from) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
        });
        return $"'{shown}{(isCut ? "…" : "")}'";
    }
}
