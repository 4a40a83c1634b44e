using System.Buffers;
using System.Text;

namespace Pujiang.Ledger.Formats;

/// <summary>Lines of UTF-8 text, strictly decoded, without their line feed. A carriage return before it stays.</summary>
sealed class Utf8Lines(Stream input)
{
    const int LongestLine = 1 << 20;
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly byte[] _buffer = new byte[1 << 16];
    readonly ArrayBufferWriter<byte> _line = new();
    int _start;
    int _end;
    string? _putBack;

    /// <summary>Of the line read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line, or null at the end.</summary>
    public string? Next()
    {
        if (_putBack is { } line)
        {
            _putBack = null;
            Number++;
            return line;
        }
        return Read();
    }

    /// <summary>The line read last comes again.</summary>
    public void PutBack(string line) => (_putBack, Number) = (line, Number - 1);

    string? Read()
    {
        _line.ResetWrittenCount();
        while (true)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, input.Read(_buffer));
                if (_end == 0) return _line.WrittenCount == 0 ? null : Decoded();
            }
            var rest = _buffer.AsSpan(_start.._end);
            var feed = rest.IndexOf((byte)'\n');
            _line.Write(feed < 0 ? rest : rest[..feed]);
            _start = feed < 0 ? _end : _start + feed + 1;
            if (_line.WrittenCount > LongestLine) throw new BadInputException(new Place(Number + 1), "the line is longer than 1 MiB; a file of this format has shorter lines.");
            if (feed >= 0) return Decoded();
        }
    }

    string Decoded()
    {
        Number++;
        var bytes = _line.WrittenSpan;
        if (Number == 1 && bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw new BadInputException(new Place(Number, failure.Index + 1), "this is no UTF-8 text; save the file as UTF-8.", failure);
        }
    }
}
