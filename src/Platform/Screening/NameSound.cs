namespace Pujiang.Platform;

/// <summary>The consonants of a word as they sound, so that Mohammed and Muhammad, Daud and Daoud, Aleksandr and Alexander are one.</summary>
static class NameSound
{
    /// <summary>The key, or an empty text for a word with fewer than two sounding consonants, whose key would fit too much.</summary>
    public static string KeyOf(string word)
    {
        Span<char> key = stackalloc char[word.Length + 4];
        var length = 0;
        for (var i = 0; i < word.Length; i++)
        {
            var next = i + 1 < word.Length ? word[i + 1] : '\0';
            var (sound, taken) = Sound(word[i], next, i == 0);
            i += taken - 1;
            if (sound == '\0' || (length > 0 && key[length - 1] == sound && taken == 1 && word[i - 1] == word[i])) continue;
            if (length < key.Length) key[length++] = sound;
            if (word[i] == 'x' && length < key.Length) key[length++] = 's';
        }
        return length < 2 ? "" : new string(key[..length]);
    }

    /// <summary>Sound of the letters at one place, and how many there are; none for vowels and a silent h.</summary>
    static (char Sound, int Taken) Sound(char letter, char next, bool first) => (letter, next) switch
    {
        ('p', 'h') => ('f', 2),
        ('k', 'h') => ('k', 2),
        ('g', 'h') => ('g', 2),
        ('d', 'h') => ('d', 2),
        ('t', 'h') => ('t', 2),
        ('s', 'h') or ('c', 'h') => ('S', 2),
        ('z', 'h') or ('d', 'j') => ('j', 2),
        ('t', 's') or ('t', 'z') => ('z', 2),
        ('c', 'k') => ('k', 2),
        ('c', 'e' or 'i' or 'y') => ('s', 1),
        ('c' or 'q' or 'k' or 'x', _) => ('k', 1),
        ('v', _) => ('v', 1),
        ('w', _) => first ? ('v', 1) : ('\0', 1),
        ('a' or 'e' or 'i' or 'o' or 'u' or 'y', _) => first ? ('a', 1) : ('\0', 1),
        ('h', _) => first ? ('h', 1) : ('\0', 1),
        _ => (letter, 1),
    };
}
