using System.Collections.Frozen;

namespace Pujiang.Platform;

/// <summary>How much a word can tell one name from another.</summary>
enum WordRole
{
    /// <summary>Part of the name itself.</summary>
    Name = 0,

    /// <summary>"Ltd", "S.A. de C.V.", "有限公司": a firm's legal form.</summary>
    LegalForm = 1,

    /// <summary>"Mr", "Dr", "女士".</summary>
    Title = 2,

    /// <summary>"of", "de", "al", "bin": joins other words.</summary>
    Particle = 3,

    /// <summary>"payment", "invoice", numbers: the text of a payment around a name.</summary>
    Remittance = 4,
}

/// <summary>The words that many names share and that therefore say little. Each is written as <see cref="NameText"/> writes it.</summary>
static class NameWords
{
    /// <summary>Legal forms by spelling; the value is the one spelling under which they are compared.</summary>
    static readonly FrozenDictionary<string, string> LegalForms = Pairs("""
        ltd limited ltda limitada lda | co company cia compania compagnie | corp corporation corporacion | inc incorporated | llc ooo oooo tov | plc
        gmbh | ag | kg | kgaa | bv | nv | ab | oy | oyj | as asa | aps | sarl | sas | sasu | srl | spa | snc | sa | sl slu | cv | rl | spr | sadecv | sab | sapi
        ao oao zao pao ojsc cjsc pjsc jsc pjs psc ad | ead | eood ood | doo dd | spzoo spzo | pty | pte | bhd sdn | pvt | fze fzco fzc fze fzllc | est | eurl
        kk | pt tbk | cjs | lp llp | ev | ei | eirl | ca | e.u | gbr | ug | sc | scs | sca | wll | saog saoc | kft zrt rt | sro as | tic sti | aspa | jv
        """);

    static readonly string[] LongLegalForms = [.. LegalForms.Keys.Where(form => form.Length >= 4)];

    static readonly FrozenSet<string> Titles = Set(
        "mr mrs ms miss mister dr doctor prof professor sir madam madame mme mlle herr frau sr sra srta senor senora senorita don dona eng ing ir hon gen col capt lt maj sgt");

    static readonly FrozenSet<string> Particles = Set(
        "of the and for to in on at by from y e et und de del della di da do dos das du des d la le les el los las al ul ad an as ash bin ibn ben bint von van der den ter zu i");

    /// <summary>Words of firm names that half of all firms share; not particles, but not names either.</summary>
    static readonly FrozenSet<string> Business = Set(
        "open joint stock closed public private liability responsabilidad group grupo groupe holding holdings trading international internacional industries industry industrial enterprise enterprises service services servicios comercial commercial general import export importacion exportacion investment investments inversiones company management development establishment organization association foundation bank shipping");

    static readonly FrozenSet<string> Remittances = Set(
        "payment pay paid paying ref reference inv invoice no nr num number order po contract remittance transfer settlement beneficiary bnf payee fbo obo account acct acc iban swift dated date salary rent fee fees goods purchase advance deposit re attn");

    /// <summary>Chinese words of firms and of address, before they are read sound by sound.</summary>
    static readonly (string Chinese, string Word)[] Chinese =
        [("有限责任公司", " ltd "), ("股份有限公司", " ltd "), ("有限公司", " ltd "), ("公司", " co "), ("集团", " group "), ("先生", " mr "), ("女士", " ms ")];

    public static string ReadChineseWords(string text)
    {
        foreach (var (chinese, word) in Chinese)
            if (text.Contains(chinese, StringComparison.Ordinal)) text = text.Replace(chinese, word, StringComparison.Ordinal);
        return text;
    }

    /// <summary>"limited" is "ltd"; any other word is itself.</summary>
    public static string Canonical(string word) => LegalForms.GetValueOrDefault(word, word);

    public static WordRole RoleOf(string word) =>
        LegalForms.ContainsKey(word) ? WordRole.LegalForm
        : Titles.Contains(word) ? WordRole.Title
        : Particles.Contains(word) ? WordRole.Particle
        : WordRole.Name;

    /// <summary>A word of payments, or a number; a short number may be part of a name unless it follows such a word.</summary>
    public static bool IsRemittance(string word, string before) =>
        Remittances.Contains(word) || (word.All(char.IsAsciiDigit) && (word.Length > 3 || Remittances.Contains(before)));

    /// <summary>The legal form that an unknown word was meant to be, or null: "compnay".</summary>
    public static string? MisspeltLegalForm(string word)
    {
        if (word.Length < 4) return null;
        foreach (var form in LongLegalForms)
            if (Spelling.DiffersByOne(word, form)) return LegalForms[form];
        return null;
    }

    /// <summary>A word that alone shows that the text is about a payment.</summary>
    public static bool ShowsRemittance(string word) => word is "payment" or "ref" or "reference" or "inv" or "invoice" or "remittance" or "beneficiary" or "fbo";

    public static bool IsBusiness(string word) => Business.Contains(word);

    static FrozenSet<string> Set(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    static FrozenDictionary<string, string> Pairs(string groups)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in groups.Split(['|', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = group.Split(' ');
            foreach (var word in words) pairs.TryAdd(word, words[0]);
        }
        return pairs.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
