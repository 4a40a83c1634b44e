using System.Globalization;
using System.Text;

namespace Pujiang.Platform;

/// <summary>A token of a structured field: a word without quotation marks.</summary>
readonly record struct FieldToken(string Text);

/// <summary>An item, or an inner list of items, with its parameters in their order (RFC 8941).</summary>
/// <param name="Value">A string, <see cref="FieldToken"/>, long, decimal, bool, byte[], or a list of items.</param>
sealed record FieldMember(object Value, IReadOnlyList<KeyValuePair<string, object>> Parameters)
{
    public static readonly IReadOnlyList<KeyValuePair<string, object>> NoParameters = [];

    public object? Parameter(string name)
    {
        foreach (var (key, value) in Parameters)
            if (key == name) return value;
        return null;
    }

    /// <summary>As RFC 8941, section 4.1 writes it: there is one way only.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, this);
        return text.ToString();
    }

    static void Write(StringBuilder text, FieldMember member)
    {
        if (member.Value is IReadOnlyList<FieldMember> items)
        {
            text.Append('(');
            for (var i = 0; i < items.Count; i++)
            {
                if (i > 0) text.Append(' ');
                Write(text, items[i]);
            }
            text.Append(')');
        }
        else
            text.Append(Bare(member.Value));
        foreach (var (key, value) in member.Parameters)
        {
            text.Append(';').Append(key);
            if (value is not true) text.Append('=').Append(Bare(value));
        }
    }

    static string Bare(object value) => value switch
    {
        string s => $"\"{s.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
        FieldToken token => token.Text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        decimal number => decimal.Round(number, 3, MidpointRounding.ToEven).ToString("0.0##", CultureInfo.InvariantCulture),
        bool yes => yes ? "?1" : "?0",
        byte[] bytes => $":{Convert.ToBase64String(bytes)}:",
        _ => throw new ArgumentException($"{value.GetType()} is no value of a structured field.", nameof(value)),
    };
}

/// <summary>Reads a structured field that is a dictionary, as RFC 8941, section 4.2 says and no more generously.</summary>
/// <remarks>A field that is wrong anywhere is wrong as a whole: guessing what a signature covers would defeat it.</remarks>
ref struct StructuredField
{
    readonly ReadOnlySpan<char> _text;
    int _at;

    StructuredField(ReadOnlySpan<char> text) => _text = text;

    /// <summary>The members by name, the last of equal names winning, or null when it is not a dictionary.</summary>
    public static IReadOnlyDictionary<string, FieldMember>? Dictionary(string text)
    {
        var reader = new StructuredField(text.AsSpan().Trim(' '));
        var members = new Dictionary<string, FieldMember>(StringComparer.Ordinal);
        return reader.ReadDictionary(members) ? members : null;
    }

    bool ReadDictionary(Dictionary<string, FieldMember> members)
    {
        while (_at < _text.Length)
        {
            if (!ReadKey(out var key)) return false;
            FieldMember? member;
            if (Skip('='))
            {
                if (!ReadMember(out member)) return false;
            }
            else if (ReadParameters(out var parameters)) member = new FieldMember(true, parameters);
            else return false;
            members.Remove(key);
            members.Add(key, member);
            SkipWhite();
            if (_at == _text.Length) return true;
            if (!Skip(',')) return false;
            SkipWhite();
            // A comma with nothing behind it.
            if (_at == _text.Length) return false;
        }
        return true;
    }

    bool ReadMember([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FieldMember? member)
    {
        member = null;
        if (!Skip('(')) return ReadItem(out member);
        var items = new List<FieldMember>();
        while (true)
        {
            var spaces = SkipSpaces();
            if (Skip(')')) break;
            if (items.Count > 0 && spaces == 0) return false;
            if (!ReadItem(out var item)) return false;
            items.Add(item);
        }
        if (!ReadParameters(out var parameters)) return false;
        member = new FieldMember(items, parameters);
        return true;
    }

    bool ReadItem([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FieldMember? item)
    {
        item = null;
        if (!ReadBare(out var value) || !ReadParameters(out var parameters)) return false;
        item = new FieldMember(value, parameters);
        return true;
    }

    bool ReadParameters(out IReadOnlyList<KeyValuePair<string, object>> parameters)
    {
        List<KeyValuePair<string, object>>? read = null;
        parameters = FieldMember.NoParameters;
        while (Skip(';'))
        {
            SkipSpaces();
            if (!ReadKey(out var key)) return false;
            object value = true;
            if (Skip('=') && !ReadBare(out value)) return false;
            read ??= [];
            var before = read.FindIndex(p => p.Key == key);
            if (before >= 0) read[before] = new(key, value);
            else read.Add(new(key, value));
            parameters = read;
        }
        return true;
    }

    bool ReadKey(out string key)
    {
        var start = _at;
        key = "";
        if (!char.IsAsciiLetterLower(Peek()) && Peek() != '*') return false;
        while (char.IsAsciiLetterLower(Peek()) || char.IsAsciiDigit(Peek()) || Peek() is '_' or '-' or '.' or '*') _at++;
        key = _text[start.._at].ToString();
        return true;
    }

    bool ReadBare(out object value)
    {
        value = "";
        return Peek() switch
        {
            '"' => ReadString(out value),
            ':' => ReadBytes(out value),
            '?' => ReadBoolean(out value),
            '-' or (>= '0' and <= '9') => ReadNumber(out value),
            '*' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => ReadToken(out value),
            _ => false,
        };
    }

    bool ReadString(out object value)
    {
        var text = new StringBuilder();
        value = "";
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '"')
            {
                _at++;
                value = text.ToString();
                return true;
            }
            if (c == '\\')
            {
                _at++;
                if (Peek() is not ('"' or '\\')) return false;
                c = _text[_at];
            }
            if (c is < ' ' or > '~') return false;
            text.Append(c);
        }
        return false;
    }

    bool ReadBytes(out object value)
    {
        value = "";
        var rest = _text[(_at + 1)..];
        var end = rest.IndexOf(':');
        if (end < 0) return false;
        var bytes = new byte[end];
        // No white space inside: Convert would skip it, and two texts would mean the same.
        if (rest[..end].ContainsAny(' ', '\t') || !Convert.TryFromBase64Chars(rest[..end], bytes, out var written)) return false;
        _at += end + 2;
        value = bytes[..written];
        return true;
    }

    bool ReadBoolean(out object value)
    {
        _at++;
        var c = Peek();
        value = c == '1';
        if (c is not ('0' or '1')) return false;
        _at++;
        return true;
    }

    bool ReadNumber(out object value)
    {
        value = 0L;
        var start = _at;
        if (Peek() == '-') _at++;
        var whole = Digits();
        if (whole is 0 or > 15) return false;
        if (Peek() != '.')
        {
            value = long.Parse(_text[start.._at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return true;
        }
        _at++;
        if (whole > 12 || Digits() is 0 or > 3) return false;
        value = decimal.Parse(_text[start.._at], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return true;
    }

    int Digits()
    {
        var start = _at;
        while (char.IsAsciiDigit(Peek())) _at++;
        return _at - start;
    }

    bool ReadToken(out object value)
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Peek()) || (_at < _text.Length && "!#$%&'*+-.^_`|~:/".Contains(Peek(), StringComparison.Ordinal))) _at++;
        value = new FieldToken(_text[start.._at].ToString());
        return true;
    }

    readonly char Peek() => _at < _text.Length ? _text[_at] : '\0';

    bool Skip(char c)
    {
        if (Peek() != c || _at == _text.Length) return false;
        _at++;
        return true;
    }

    int SkipSpaces()
    {
        var start = _at;
        while (Peek() == ' ') _at++;
        return _at - start;
    }

    void SkipWhite()
    {
        while (Peek() is ' ' or '\t') _at++;
    }
}
