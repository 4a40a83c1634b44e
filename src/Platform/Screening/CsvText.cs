using System.Text;

namespace Pujiang.Platform;

/// <summary>Comma-separated values (RFC 4180) with their line numbers.</summary>
public static class CsvText
{
    /// <summary>Quotes may surround a field and hold commas, line breaks and doubled quotes; blank lines are left out.</summary>
    public static IEnumerable<(int Line, string[] Fields)> Read(string text)
    {
        var (fields, field, quoted, line, start) = (new List<string>(), new StringBuilder(), false, 1, 1);
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (c == '\n' && i < text.Length) line++;
            if (quoted && i < text.Length)
            {
                if (c != '"') field.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') field.Append(text[i++]);
                else quoted = false;
            }
            else if (c == '"' && string.IsNullOrWhiteSpace(field.ToString())) quoted = true;
            else if (c == ',') Take();
            else if (c is not ('\n' or '\r')) field.Append(c);
            else if (c == '\n')
            {
                Take();
                if (fields.Count > 1 || fields[0].Length > 0) yield return (start, [.. fields]);
                fields.Clear();
                start = line;
            }
        }

        void Take()
        {
            fields.Add(field.ToString());
            field.Clear();
        }
    }

    /// <summary>One field, in quotes where it needs them.</summary>
    public static string Field(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
