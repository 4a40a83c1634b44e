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
    int Index, string Name, string IdNumber, string Phone, DateOnly Born, int Employer, long Income, long Rent, int Landlord, int Relative);

/// <summary>A firm or authority of the demo city.</summary>
/// <param name="PayDay">Day of the month on which it pays salaries.</param>
sealed record Firm(int Index, string Name, string CreditCode, Sector Sector, int PayDay);

/// <summary>The people and firms of a demo city. Everyone follows from the seed and an index alone.</summary>
sealed class Population(ulong seed, int people, int firms, DateOnly today)
{
    /// <summary>The first firms are what every city has: power, water, tax, social insurance.</summary>
    public const int Authorities = 4;

    static readonly string[] Surnames =
        ["王", "李", "张", "陈", "刘", "周", "徐", "吴", "朱", "沈", "陆", "顾", "杨", "黄", "赵", "胡", "金", "孙", "施", "蒋", "俞", "严", "曹", "欧阳", "诸葛", "上官"];

    static readonly string[] MaleNames =
        ["伟", "强", "建国", "国华", "志明", "军", "磊", "俊杰", "浩然", "子轩", "文斌", "家豪", "海峰", "永康", "德明", "晓东", "振华", "宇航", "嘉伟", "一鸣"];

    static readonly string[] FemaleNames =
        ["秀英", "芳", "丽", "敏", "静", "桂兰", "玉珍", "婷婷", "雨欣", "梓涵", "佳怡", "雪梅", "慧", "晓燕", "美华", "思琪", "文静", "红", "琳", "欣怡"];

    static readonly string[] MinorityNames = ["阿依古丽·买买提", "努尔兰·哈力克", "古丽娜尔·艾力", "巴特尔·苏和"];

    static readonly string[] Districts =
        ["310101", "310104", "310105", "310106", "310107", "310109", "310110", "310112", "310113", "310114", "310115", "310116", "310117", "310118", "310120", "310151"];

    static readonly string[] FirmNames =
        ["申江", "浦新", "东方", "沪光", "临港", "锦绣", "恒达", "瑞丰", "海纳", "新纪元", "明珠", "汇通", "长宁", "静安里", "外滩", "徐汇源", "杨浦", "同济", "嘉定", "青松"];

    static readonly (Sector Sector, int Weight)[] Sectors =
        [(Sector.Retail, 28), (Sector.Restaurant, 20), (Sector.Manufacturing, 16), (Sector.Technology, 14), (Sector.Logistics, 9), (Sector.Property, 8), (Sector.School, 5)];

    /// <summary>Shares of adults by decade of age, from 18 on, after Shanghai's census of 2020 in round figures.</summary>
    static readonly (int From, int Weight)[] Ages = [(18, 9), (25, 20), (35, 19), (45, 15), (55, 15), (65, 14), (75, 6), (85, 2)];

    public int People => people;
    public int Firms => firms;

    public Citizen Person(int index)
    {
        var facts = new Draw(seed, "person");
        var age = facts.Weighted(Ages, index, 1) + facts.Below(index == 0 ? 1 : 10, index, 2);
        var born = today.AddYears(-Math.Min(age, 95)).AddDays(-facts.Below(365, index, 3));
        var male = facts.Chance(49, index, 4);
        var works = born.AddYears(60) > today;
        return new Citizen(
            index, NameOf(facts, index, male), IdNumberOf(facts, index, born, male), PhoneOf(facts, index), born,
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

    static string NameOf(Draw facts, int index, bool male)
    {
        if (facts.Below(200, index, 20) == 0) return MinorityNames[facts.Below(MinorityNames.Length, index, 21)];
        var given = male ? MaleNames : FemaleNames;
        return Surnames[facts.Skewed(Surnames.Length, index, 22)] + given[facts.Below(given.Length, index, 23)];
    }

    /// <summary>District, birth date, sequence and check digit. The sequence is odd for men (GB 11643).</summary>
    /// <remarks>District and sequence are counted through by index, so that no two people of a city share a number.</remarks>
    static string IdNumberOf(Draw facts, int index, DateOnly born, bool male)
    {
        var district = Districts[(index + facts.Below(Districts.Length, index / 8_000, 30)) % Districts.Length];
        var sequence = (index / Districts.Length % 499 * 2) + (male ? 1 : 2);
        var body = $"{district}{born.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}{sequence:D3}";
        return "0123456789X".Select(check => body + check).First(id => CitizenId.TryParse(id, out _, out _));
    }

    static string PhoneOf(Draw facts, int index) =>
        $"1{"3589"[facts.Below(4, index, 40)]}{facts.Between(0, 99, index, 41):D2}{index % 10_000_000:D7}";

    int EmployerOf(Draw facts, int index) => Authorities + facts.Skewed(firms - Authorities, index, 50);

    /// <summary>Median near 9,000 yuan, a long tail upwards: the product of four draws is close to log-normal.</summary>
    static long SalaryOf(Draw facts, int index)
    {
        var salary = 900_000L;
        for (var i = 0; i < 4; i++) salary = salary * facts.Between(72, 140, index, 60 + i) / 100;
        return Math.Max(salary / 1_000 * 1_000, 269_000);
    }

    static string FirmNameOf(Draw facts, int index, Sector sector) => index switch
    {
        0 => "上海浦江供电有限公司",
        1 => "上海浦江自来水有限公司",
        2 => "上海市浦江区税务局",
        3 => "上海市浦江区社会保险基金",
        _ => $"上海{FirmNames[facts.Below(FirmNames.Length, index, 3)]}{Numbered(index)}{Trade(sector)}有限公司",
    };

    /// <summary>Makes names unique in large cities without digits that no firm would have.</summary>
    static string Numbered(int index)
    {
        const string Characters = "和顺安泰兴隆昌盛福禄祥瑞嘉宏";
        var text = "";
        for (var rest = index; rest > 0; rest /= Characters.Length) text = Characters[rest % Characters.Length] + text;
        return text;
    }

    static string Trade(Sector sector) => sector switch
    {
        Sector.Retail => "商贸",
        Sector.Restaurant => "餐饮管理",
        Sector.Manufacturing => "精密机械",
        Sector.Technology => "信息科技",
        Sector.Logistics => "物流",
        Sector.Property => "物业管理",
        _ => "教育咨询",
    };

    /// <summary>GB 32100: authority and kind, district, nine characters of organisation code, check character.</summary>
    static string CreditCodeOf(Draw facts, int index, Sector sector)
    {
        const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        var kind = sector is Sector.TaxOffice or Sector.SocialInsurance ? "11" : "91";
        // The organisation code has a check character of its own (GB 11714); both are found by trying.
        var organisation = $"MA{index:D6}";
        var stem = kind + Districts[facts.Below(Districts.Length, index, 70)] + organisation;
        foreach (var inner in Alphabet)
            foreach (var outer in Alphabet)
                if (CreditCode.TryParse($"{stem}{inner}{outer}", out var code, out _)) return code.Value;
        throw new InvalidOperationException($"No check characters fit {stem}.");
    }
}
