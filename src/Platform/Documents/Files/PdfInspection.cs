using System.Globalization;
using System.IO.Compression;
using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Exceptions;
using UglyToad.PdfPig.Filters;
using UglyToad.PdfPig.Tokens;

namespace Pujiang.Platform;

/// <summary>
/// Looks at every object of a PDF (ISO 32000-2) for what acts by itself: scripts, programs to start, files inside, forms that
/// send. Twice: as a reader of PDF follows it, and byte for byte, because an object that one reader does not see another may.
/// </summary>
static class PdfInspection
{
    const int MostObjects = 200_000;
    const int MostPages = 2_000;

    /// <summary>Names of actions and entries that a document for reading has no need of (ISO 32000-2, 12.6.4 and 7.11.4).</summary>
    static readonly Dictionary<string, Refusal> Acting = new(StringComparer.Ordinal)
    {
        ["JavaScript"] = FileInspection.Script,
        ["JS"] = FileInspection.Script,
        ["Launch"] = FileInspection.Launch,
        ["EmbeddedFile"] = FileInspection.Embedded,
        ["EmbeddedFiles"] = FileInspection.Embedded,
        ["GoToE"] = FileInspection.Embedded,
        ["GoToR"] = FileInspection.Launch,
        ["RichMedia"] = FileInspection.Media,
        ["Movie"] = FileInspection.Media,
        ["XFA"] = FileInspection.ActiveForm,
        ["SubmitForm"] = FileInspection.ActiveForm,
        ["ImportData"] = FileInspection.ActiveForm,
    };

    public static Outcome<FileFacts> Inspect(Stream file)
    {
        // At most 20 MB (FormatFacts.MostBytes), which the caller has made sure of.
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return (EndProblem(bytes) ?? RawProblem(bytes)) is { } refusal ? refusal : Walk(bytes);
    }

    /// <summary>"%%EOF" and at most white space behind it: a zip or a program behind the end would make it two files at once.</summary>
    static Refusal? EndProblem(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.LastIndexOf("%%EOF"u8);
        if (end < 0) return FileInspection.Damaged("PDF", "its end is missing");
        var rest = bytes[(end + 5)..].Trim("\r\n \t\0"u8);
        return rest.IsEmpty ? null : FileInspection.Trailing("PDF", bytes.Length - end - 5);
    }

    /// <summary>Looks at the names outside streams; "#4A" stands for a letter (7.3.5).</summary>
    static Refusal? RawProblem(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOfAny((byte)'/', (byte)'s') is >= 0 and var at)
        {
            bytes = bytes[at..];
            if (bytes.StartsWith("stream\r\n"u8) || bytes.StartsWith("stream\n"u8))
            {
                var end = bytes.IndexOf("endstream"u8);
                bytes = end < 0 ? [] : bytes[(end + 9)..];
                continue;
            }
            if (bytes[0] == '/' && Acting.TryGetValue(NameAt(bytes[1..]), out var acting)) return acting;
            bytes = bytes[1..];
        }
        return null;
    }

    static string NameAt(ReadOnlySpan<byte> bytes)
    {
        var name = new StringBuilder();
        for (var i = 0; i < bytes.Length && name.Length < 24; i++)
        {
            if (bytes[i] == '#' && i + 2 < bytes.Length
                && byte.TryParse(bytes.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                name.Append((char)code);
                i += 2;
            }
            else if (char.IsAsciiLetterOrDigit((char)bytes[i])) name.Append((char)bytes[i]);
            else break;
        }
        return name.ToString();
    }

    static Outcome<FileFacts> Walk(byte[] bytes)
    {
        try
        {
            var counting = new LimitedFilters();
            using var pdf = PdfDocument.Open(bytes, new ParsingOptions { UseLenientParsing = true, FilterProvider = counting, MaxStackDepth = 100 });
            if (pdf.IsEncrypted) return FileInspection.Damaged("PDF", "it has a password or restrictions, so nobody can look into it");
            if (pdf.NumberOfPages is < 1 or > MostPages) return FileInspection.Excessive($"{pdf.NumberOfPages} pages; 1 to {MostPages} are taken");
            var objects = pdf.Structure.CrossReferenceTable.ObjectOffsets.Keys.ToList();
            if (objects.Count > MostObjects) return FileInspection.Excessive($"{objects.Count} parts; at most {MostObjects}");
            foreach (var reference in objects)
                if (ActingIn(pdf.Structure.GetObject(reference)?.Data, 0) is { } acting) return acting;
            return new FileFacts(FileFormat.Pdf, Pages: pdf.NumberOfPages);
        }
        catch (FilterLimitException limit)
        {
            return FileInspection.Excessive(limit.Message);
        }
        catch (PdfDocumentEncryptedException)
        {
            return FileInspection.Damaged("PDF", "it has a password, so nobody can look into it");
        }
        // The reader throws what it likes at a broken file, and here all of it means the same.
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            return FileInspection.Damaged("PDF", "its parts can't be read");
        }
    }

    static Refusal? ActingIn(IToken? token, int depth)
    {
        if (depth > 100) return FileInspection.Excessive("parts within parts without end");
        switch (token)
        {
            case StreamToken stream:
                return ActingIn(stream.StreamDictionary, depth + 1);
            case ArrayToken array:
                return array.Data.Select(item => ActingIn(item, depth + 1)).FirstOrDefault(found => found is not null);
            case NameToken name:
                return Acting.GetValueOrDefault(name.Data);
            case DictionaryToken dictionary:
                foreach (var (key, value) in dictionary.Data)
                    if ((Acting.GetValueOrDefault(key) ?? ActingIn(value, depth + 1)) is { } found) return found;
                return null;
            default:
                return null;
        }
    }

    sealed class FilterLimitException(string message) : Exception(message);

    /// <summary>The usual filters, that stop when all that was unpacked is more than a document needs (a decompression bomb).</summary>
    sealed class LimitedFilters : IFilterProvider
    {
        // What is looked at are tables and packed objects; pictures and texts stay packed.
        internal const long MostUnpacked = 64L * 1024 * 1024;
        readonly IFilterProvider _all = DefaultFilterProvider.Instance;
        long _unpacked;

        public IReadOnlyList<IFilter> GetFilters(DictionaryToken dictionary) => [.. _all.GetFilters(dictionary).Select(Limited)];

        public IReadOnlyList<IFilter> GetNamedFilters(IReadOnlyList<NameToken> names) => [.. _all.GetNamedFilters(names).Select(Limited)];

        public IReadOnlyList<IFilter> GetAllFilters() => [.. _all.GetAllFilters().Select(Limited)];

        IFilter Limited(IFilter filter) => new LimitedFilter(filter, this);

        void Count(long bytes)
        {
            _unpacked += bytes;
            if (_unpacked > MostUnpacked) throw new FilterLimitException($"more than {MostUnpacked / (1024 * 1024)} MB when unpacked");
        }

        sealed class LimitedFilter(IFilter inner, LimitedFilters limit) : IFilter
        {
            public bool IsSupported => inner.IsSupported;

            public Memory<byte> Decode(Memory<byte> input, DictionaryToken streamDictionary, IFilterProvider filterProvider, int filterIndex)
            {
                // Deflate can grow a thousandfold: it is measured before its result is held in memory.
                if (inner is FlateFilter) limit.Count(Unpacked(input, MostUnpacked - limit._unpacked));
                else limit.Count(input.Length);
                return inner.Decode(input, streamDictionary, filterProvider, filterIndex);
            }

            static long Unpacked(Memory<byte> input, long most)
            {
                try
                {
                    using var inflated = new ZLibStream(new MemoryStream(input.ToArray()), CompressionMode.Decompress);
                    var (buffer, sum) = (new byte[64 * 1024], 0L);
                    int read;
                    while (sum <= most && (read = inflated.Read(buffer)) > 0) sum += read;
                    return sum;
                }
                catch (InvalidDataException)
                {
                    // The filter itself is more patient with damage; it gets no further than the good part.
                    return input.Length;
                }
            }
        }
    }
}
