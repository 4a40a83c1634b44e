using System.Text;

namespace Pujiang.Platform;

/// <summary>The one font of the bank's PDF files, and how wide its letters are.</summary>
public static class PdfFont
{
    /// <summary>Debian package fonts-wqy-microhei: a TrueType font with Chinese and Latin letters (Apache-2.0, embedding allowed).</summary>
    public const string File = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc";

    static readonly Lazy<TrueTypeFace> Loaded = new(() => new TrueTypeFace(System.IO.File.ReadAllBytes(File)));

    /// <exception cref="FileNotFoundException">The font package is not installed.</exception>
    internal static TrueTypeFace Face => Loaded.Value;

    /// <summary>Width of a text in points (1/72 inch) at a size in points.</summary>
    public static double Width(string text, double size)
    {
        var units = 0L;
        foreach (var rune in text.EnumerateRunes()) units += Face.WidthOf(Face.GlyphOf(rune));
        return units * size / Face.UnitsPerEm;
    }

    /// <summary>The text as it can be printed: a box tells that something stood there that the font does not have.</summary>
    public static string Printable(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) || Face.GlyphOf(rune) == 0 ? "□" : rune.ToString()));
}
