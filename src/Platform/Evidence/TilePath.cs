using System.Globalization;
using System.Text;

namespace Pujiang.Platform;

/// <summary>Names of the log's files as in C2SP tlog-tiles: "tile/0/x001/234", "tile/entries/000.p/17".</summary>
/// <param name="Level">From 0; -1 for the entries themselves.</param>
/// <param name="Index">From 0, within the level.</param>
/// <param name="Width">Hashes or entries in it: 256 when it is full, 1 to 255 when it is partial.</param>
readonly record struct TilePath(int Level, long Index, int Width)
{
    public const int Entries = -1;

    /// <summary>Hashes of a full tile; each level of tiles stands for eight levels of the tree.</summary>
    public const int FullWidth = 256;
    public const int LevelsInATile = 8;
    const int HighestLevel = 63;

    public bool IsPartial => Width < FullWidth;

    /// <summary>The tile at this place, as wide as it is in a tree of this size; width 0 when it is not there.</summary>
    public static TilePath In(long size, int level, long index)
    {
        var hashes = HashesAt(size, level) - index * FullWidth;
        return new TilePath(level, index, (int)Math.Clamp(hashes, 0, FullWidth));
    }

    /// <summary>How many hashes (or entries) a tree of this size has at a level of tiles.</summary>
    public static long HashesAt(long size, int level) => level <= 0 ? size : level >= 8 ? 0 : size >> (LevelsInATile * level);

    public override string ToString() =>
        IsPartial ? string.Create(CultureInfo.InvariantCulture, $"{Folder}.p/{Width}") : Folder;

    /// <summary>The folder of this place's partial tiles.</summary>
    public string Partials => $"{Folder}.p";

    string Folder
    {
        get
        {
            var path = new StringBuilder("tile/");
            if (Level == Entries) path.Append("entries");
            else path.Append(CultureInfo.InvariantCulture, $"{Level}");
            var digits = Index.ToString(CultureInfo.InvariantCulture);
            digits = digits.PadLeft((digits.Length + 2) / 3 * 3, '0');
            for (var i = 0; i < digits.Length; i += 3)
                path.Append(i + 3 < digits.Length ? "/x" : "/").Append(digits, i, 3);
            return path.ToString();
        }
    }

    /// <summary>Reads "0/x001/234" or "entries/000.p/17", which is what follows "tile/" in an address; only the one right spelling.</summary>
    public static bool TryParse(string text, out TilePath path)
    {
        path = default;
        var (place, width) = (text, FullWidth);
        if (text.IndexOf(".p/", StringComparison.Ordinal) is > 0 and var partial)
        {
            if (!int.TryParse(text.AsSpan(partial + 3), NumberStyles.None, CultureInfo.InvariantCulture, out width)) return false;
            place = text[..partial];
        }
        var parts = place.Split('/');
        var level = Entries;
        if (parts[0] != "entries" && !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out level)) return false;
        var digits = string.Concat(parts.Skip(1).Select(part => part.TrimStart('x')));
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return false;
        path = new TilePath(level, index, width);
        return level <= HighestLevel && index <= long.MaxValue / FullWidth && width is > 0 and <= FullWidth && path.ToString() == $"tile/{text}";
    }
}
