namespace Pujiang.Platform;

/// <summary>A round seal: a ring, a five-pointed star, the bank's name along the ring, the purpose below the star.</summary>
/// <remarks>国发〔1999〕25号 on seals of bodies and enterprises: round, a star in the middle, the name from left to right around it.</remarks>
static class PdfSealDrawing
{
    /// <summary>Points: 42 mm across, as seals of enterprises are.</summary>
    public const double Diameter = 119;

    const double Radius = Diameter / 2, Star = 17, NameSize = 13, PurposeSize = 9;

    /// <summary>The name takes so much of the ring, around its top (radians).</summary>
    const double NameArc = Math.PI * 1.25;

    public static void Draw(PdfPage page, PdfSeal seal, double x, double y)
    {
        page.Ring(x, y, Radius - 1.2, 2.4, PdfColour.SealRed);
        page.Fill(Enumerable.Range(0, 10).Select(i => Corner(i, x, y)), PdfColour.SealRed);
        DrawName(page, seal.Bank, x, y);
        page.Text(seal.Purpose, PurposeSize, x - (PdfFont.Width(seal.Purpose, PurposeSize) / 2), y - 36, PdfColour.SealRed);
    }

    /// <summary>Tips and dents of the star in turn, from the top; the dents of a regular one lie at cos 72° / cos 36° of its radius.</summary>
    static (double X, double Y) Corner(int i, double x, double y)
    {
        var radius = i % 2 == 0 ? Star : Star * Math.Cos(Math.PI * 0.4) / Math.Cos(Math.PI * 0.2);
        var angle = (Math.PI / 2) - (i * Math.PI / 5);
        return (x + (radius * Math.Cos(angle)), y + (radius * Math.Sin(angle)));
    }

    static void DrawName(PdfPage page, string name, double x, double y)
    {
        var letters = name.EnumerateRunes().Select(rune => rune.ToString()).ToList();
        var step = letters.Count < 2 ? 0 : Math.Min(NameArc / (letters.Count - 1), 0.62);
        var radius = Radius - NameSize - 5;
        for (var i = 0; i < letters.Count; i++)
        {
            var angle = (Math.PI / 2) + (step * (letters.Count - 1) / 2) - (i * step);
            // Letters stand upright on the ring: half a letter's width back along the tangent.
            var (turn, half) = (angle - (Math.PI / 2), PdfFont.Width(letters[i], NameSize) / 2);
            page.TurnedText(letters[i], NameSize,
                x + (radius * Math.Cos(angle)) - (half * Math.Cos(turn)), y + (radius * Math.Sin(angle)) - (half * Math.Sin(turn)), turn, PdfColour.SealRed);
        }
    }
}
