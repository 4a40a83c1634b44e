namespace Pujiang.Platform;

/// <summary>The syllables of Standard Chinese in pinyin (GB/T 16159), without tones.</summary>
static class Pinyin
{
    static readonly string[] Initials = ["", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "zh", "ch", "sh", "r", "z", "c", "s", "y", "w"];

    static readonly string[] Finals =
        ["a", "o", "e", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong", "er", "i", "ia", "ie", "iao", "iu", "ian", "in", "iang", "ing", "iong",
         "u", "ua", "uo", "uai", "ui", "uan", "un", "uang", "ue", "ve", "v"];

    // Some pairs don't occur; a syllable too many does no harm, since it only says "this may be a name".
    static readonly HashSet<string> Syllables = [.. Initials.SelectMany(initial => Finals.Select(final => initial + final))];

    /// <summary>May be a Chinese name of one syllable: "wei", "zhang".</summary>
    public static bool IsSyllable(string word) => word.Length is >= 2 and <= 6 && Syllables.Contains(word);
}
