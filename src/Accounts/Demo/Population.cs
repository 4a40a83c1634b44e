using System.Globalization;
using Pujiang.Platform;

namespace Pujiang.Accounts;

/// <summary>What a firm of the demo city does.</summary>
enum Sector
{
    Retail = 1,
    Restaurant = 2,
    Manufacturing = 3,
    Technology = 4,
    Logistics = 5,
    Property = 6,
    School = 7,
    Utility = 8,
    TaxOffice = 9,
    SocialInsurance = 10,
}

/// <summary>A person of the demo city, before the bank knows anybody.</summary>
/// <param name="Employer">Index of the firm that pays the salary; -1 for pensioners.</param>
/// <param name="Income">Salary or pension a month, in fen.</param>
/// <param name="Rent">Rent a month in fen; 0 for owners of their home.</param>
/// <param name="Relative">Index of the person who is sent money at times.</param>
sealed record Citizen(
    int Index, Bilingual Name, string IdNumber, string Phone, DateOnly Born, int Employer, long Income, long Rent, int Landlord, int Relative);

/// <summary>A firm or authority of the demo city.</summary>
/// <param name="PayDay">Day of the month on which it pays salaries.</param>
sealed record Firm(int Index, Bilingual Name, string CreditCode, Sector Sector, int PayDay);

/// <summary>The people and firms of a demo city. Everyone follows from the seed and an index alone.</summary>
sealed class Population(ulong seed, int people, int firms, DateOnly today)
{
    /// <summary>The first firms are what every city has: power, water, tax, social insurance.</summary>
    public const int Authorities = 4;

    static readonly (string Chinese, string Latin)[] Surnames =
        [("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("陈", "Chen"), ("刘", "Liu"), ("周", "Zhou"), ("徐", "Xu"), ("吴", "Wu"), ("朱", "Zhu"), ("沈", "Shen"), ("陆", "Lu"), ("顾", "Gu"), ("杨", "Yang"), ("黄", "Huang"), ("赵", "Zhao"), ("胡", "Hu"), ("金", "Jin"), ("孙", "Sun"), ("施", "Shi"), ("蒋", "Jiang"), ("俞", "Yu"), ("严", "Yan"), ("曹", "Cao"), ("欧阳", "Ouyang"), ("诸葛", "Zhuge"), ("上官", "Shangguan")];

    static readonly (string Chinese, string Latin)[] MaleNames =
        [("伟", "Wei"), ("强", "Qiang"), ("建国", "Jianguo"), ("国华", "Guohua"), ("志明", "Zhiming"), ("军", "Jun"), ("磊", "Lei"), ("俊杰", "Junjie"), ("浩然", "Haoran"), ("子轩", "Zixuan"), ("文斌", "Wenbin"), ("家豪", "Jiahao"), ("海峰", "Haifeng"), ("永康", "Yongkang"), ("德明", "Deming"), ("晓东", "Xiaodong"), ("振华", "Zhenhua"), ("宇航", "Yuhang"), ("嘉伟", "Jiawei"), ("一鸣", "Yiming")];

    static readonly (string Chinese, string Latin)[] FemaleNames =
        [("秀英", "Xiuying"), ("芳", "Fang"), ("丽", "Li"), ("敏", "Min"), ("静", "Jing"), ("桂兰", "Guilan"), ("玉珍", "Yuzhen"), ("婷婷", "Tingting"), ("雨欣", "Yuxin"), ("梓涵", "Zihan"), ("佳怡", "Jiayi"), ("雪梅", "Xuemei"), ("慧", "Hui"), ("晓燕", "Xiaoyan"), ("美华", "Meihua"), ("思琪", "Siqi"), ("文静", "Wenjing"), ("红", "Hong"), ("琳", "Lin"), ("欣怡", "Xinyi")];

    static readonly (string Chinese, string Latin)[] MinorityNames =
        [("阿依古丽·买买提", "Ayigul Mamat"), ("努尔兰·哈力克", "Nurlan Halik"), ("古丽娜尔·艾力", "Gulnar Ali"), ("巴特尔·苏和", "Bater Suhe")];

    static readonly string[] Districts =
        ["310101", "310104", "310105", "310106", "310107", "310109", "310110", "310112", "310113", "310114", "310115", "310116", "310117", "310118", "310120", "310151"];

    static readonly (string Chinese, string Latin)[] FirmNames =
        [("申江", "Shenjiang"), ("浦新", "Puxin"), ("东方", "Dongfang"), ("沪光", "Huguang"), ("临港", "Lingang"), ("锦绣", "Jinxiu"), ("恒达", "Hengda"), ("瑞丰", "Ruifeng"), ("海纳", "Haina"), ("新纪元", "Xinjiyuan"), ("明珠", "Mingzhu"), ("汇通", "Huitong"), ("长宁", "Changning"), ("静安里", "Jing'anli"), ("外滩", "Waitan"), ("徐汇源", "Xuhuiyuan"), ("杨浦", "Yangpu"), ("同济", "Tongji"), ("嘉定", "Jiading"), ("青松", "Qingsong")];

    static readonly (Sector Sector, int Weight)[] Sectors =
        [(Sector.Retail, 28), (Sector.Restaurant, 20), (Sector.Manufacturing, 16), (Sector.Technology, 14), (Sector.Logistics, 9), (Sector.Property, 8), (Sector.School, 5)];

    /// <summary>Shares of adults by decade of age, from 18 on, after Shanghai's census of 2020 in round figures.</summary>
    static readonly (int From, int Weight)[] Ages = [(18, 9), (25, 20), (35, 19), (45, 15), (55, 15), (65, 14), (75, 6), (85, 2)];

    const int SequencesOfADay = 499;
    static readonly int SequenceRound = Districts.Length * SequencesOfADay;

    public int People => people;
    public int Firms => firms;

    public Citizen Person(int index)
    {
        var facts = new Draw(seed, "person");
        var age = Math.Min(facts.Weighted(Ages, index, 1) + facts.Below(10, index, 2), 95);
        // The day of the year counts on where sequence numbers begin again, so that no two ID numbers are equal.
        var born = today.AddYears(-age).AddDays(-((facts.Below(365, index % SequenceRound, 3) + (index / SequenceRound)) % 365));
        var male = facts.Chance(49, index, 4);
        var works = born.AddYears(60) > today;
        return new Citizen(
            index, NameOf(facts, index, male), IdNumberOf(index, born, male), PhoneOf(facts, index), born,
            works ? EmployerOf(facts, index) : -1, works ? SalaryOf(facts, index) : facts.Between(320_000, 720_000, index, 9),
            facts.Chance(35, index, 10) ? facts.Between(15, 80, index, 11) * 10_000 : 0,
            facts.Below(people, index, 12), (int)((index + 1 + facts.Below(Math.Max(1, people - 1), index, 13)) % people));
    }

    public Firm FirmOf(int index)
    {
        var facts = new Draw(seed, "firm");
        var sector = index switch
        {
            0 or 1 => Sector.Utility,
            2 => Sector.TaxOffice,
            3 => Sector.SocialInsurance,
            // Whatever its size, a city can shop.
            4 or 5 => Sector.Retail,
            _ => facts.Weighted(Sectors, index, 1),
        };
        return new Firm(index, FirmNameOf(facts, index, sector), CreditCodeOf(facts, index, sector), sector, 5 + (facts.Below(5, index, 2) * 5));
    }

    /// <summary>The card of a person or account of a firm: serials of people begin at 0, of firms at half of the range.</summary>
    public static string NumberOf(Citizen person) => AccountNumber.Card(600_000_000_000 + person.Index);

    public static string NumberOf(Firm firm) => AccountNumber.Card(900_000_000_000 + firm.Index);

    static Bilingual NameOf(Draw facts, int index, bool male)
    {
        if (facts.Below(200, index, 20) == 0 && MinorityNames[facts.Below(MinorityNames.Length, index, 21)] is var whole)
            return new Bilingual(whole.Chinese, whole.Latin);
        var given = (male ? MaleNames : FemaleNames)[facts.Below(MaleNames.Length, index, 23)];
        var surname = Surnames[facts.Skewed(Surnames.Length, index, 22)];
        return new Bilingual(surname.Chinese + given.Chinese, $"{surname.Latin} {given.Latin}");
    }

    /// <summary>District, birth date, sequence and check digit. The sequence is odd for men (GB 11643).</summary>
    /// <remarks>District and sequence are counted through by index, so that no two people of a city share a number.</remarks>
    static string IdNumberOf(int index, DateOnly born, bool male)
    {
        var sequence = (index / Districts.Length % SequencesOfADay * 2) + (male ? 1 : 2);
        var body = $"{Districts[index % Districts.Length]}{born.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}{sequence:D3}";
        return "0123456789X".Select(check => body + check).First(id => CitizenId.TryParse(id, out _, out _));
    }

    /// <summary>Different ones, of which none ends in four zeros: the city's gateway takes those for numbers that nobody has.</summary>
    static string PhoneOf(Draw facts, int index) =>
        $"1{"3589"[facts.Below(4, index, 40)]}{facts.Between(0, 99, index, 41):D2}{index / 9_999 % 1_000:D3}{(index % 9_999) + 1:D4}";

    int EmployerOf(Draw facts, int index) => Authorities + facts.Skewed(firms - Authorities, index, 50);

    /// <summary>Median near 9,000 yuan, a long tail upwards: the product of four draws is close to log-normal.</summary>
    static long SalaryOf(Draw facts, int index)
    {
        var salary = 900_000L;
        for (var i = 0; i < 4; i++) salary = salary * facts.Between(72, 140, index, 60 + i) / 100;
        return Math.Max(salary / 1_000 * 1_000, 269_000);
    }

    static Bilingual FirmNameOf(Draw facts, int index, Sector sector)
    {
        switch (index)
        {
            case 0: return new Bilingual("上海浦江供电有限公司", "Shanghai Pujiang Power Supply");
            case 1: return new Bilingual("上海浦江自来水有限公司", "Shanghai Pujiang Water");
            case 2: return new Bilingual("上海市浦江区税务局", "Pujiang District Tax Bureau");
            case 3: return new Bilingual("上海市浦江区社会保险基金", "Pujiang District Social Insurance Fund");
        }
        var name = FirmNames[facts.Below(FirmNames.Length, index, 3)];
        var (trade, english) = Trade(sector);
        return new Bilingual($"上海{name.Chinese}{Numbered(index)}{trade}有限公司", $"Shanghai {name.Latin} {english} No. {index}");
    }

    /// <summary>Makes names unique in large cities without digits that no firm would have.</summary>
    static string Numbered(int index)
    {
        const string Characters = "和顺安泰兴隆昌盛福禄祥瑞嘉宏";
        var text = "";
        for (var rest = index; rest > 0; rest /= Characters.Length) text = Characters[rest % Characters.Length] + text;
        return text;
    }

    static (string Chinese, string English) Trade(Sector sector) => sector switch
    {
        Sector.Retail => ("商贸", "Trading"),
        Sector.Restaurant => ("餐饮管理", "Catering"),
        Sector.Manufacturing => ("精密机械", "Precision Machinery"),
        Sector.Technology => ("信息科技", "Technology"),
        Sector.Logistics => ("物流", "Logistics"),
        Sector.Property => ("物业管理", "Property"),
        _ => ("教育咨询", "Education"),
    };

    /// <summary>GB 32100: authority and kind, district, nine characters of organisation code, check character.</summary>
    static string CreditCodeOf(Draw facts, int index, Sector sector)
    {
        var kind = sector is Sector.TaxOffice or Sector.SocialInsurance ? "11" : "91";
        var stem = kind + Districts[facts.Below(Districts.Length, index, 70)] + OrganisationCode($"MA{index:D6}");
        return "0123456789ABCDEFGHJKLMNPQRTUWXY".Select(check => stem + check).First(code => CreditCode.TryParse(code, out _, out _));
    }

    /// <summary>Eight characters and their check character (GB 11714: weights 3 7 9 10 5 8 4 2, modulus 11).</summary>
    static string OrganisationCode(string body)
    {
        int[] weights = [3, 7, 9, 10, 5, 8, 4, 2];
        var sum = body.Select((c, i) => (char.IsAsciiDigit(c) ? c - '0' : c - 'A' + 10) * weights[i]).Sum();
        return body + "0X987654321"[sum % 11];
    }
}
