using System.Globalization;
using System.Text;

namespace Pujiang.Platform;

/// <summary>Amounts and dates as pages, receipts and files show them; the same in both languages.</summary>
public static class Amounts
{
    const string Digits = "零壹贰叁肆伍陆柒捌玖";
    static readonly string[] Places = ["", "拾", "佰", "仟"];
    static readonly string[] Groups = ["", "万", "亿", "兆", "京"];

    /// <summary>"¥1,234.56"; "−¥0.05" below zero; other assets by their code: "USD 1,234.56".</summary>
    public static string Text(this Money money)
    {
        var sign = money.MinorUnits < 0 ? "−" : "";
        var number = Math.Abs(money.ToDecimal()).ToString("N" + money.Asset.Scale, CultureInfo.InvariantCulture);
        return money.Asset.Code == "CNY" ? $"{sign}¥{number}" : $"{money.Asset.Code} {sign}{number}";
    }

    /// <summary>"+¥1,234.56": for movements, where the direction is the point.</summary>
    public static string SignedText(this Money money) => (money.IsPositive ? "+" : "") + money.Text();

    /// <summary>Renminbi, the only currency that is written with ¥ and in capitals.</summary>
    public static bool IsYuan(this Money money) => money.Asset == Assets.Cny;

    /// <summary>"2026-11-23".</summary>
    public static string Text(this DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>"6222 0200 1234 5678": four by four, as on a card.</summary>
    public static string Grouped(string accountNumber) =>
        string.Join(' ', accountNumber.Chunk(4).Select(part => new string(part)));

    /// <summary>
    /// The amount in the capitals that Chinese receipts and bills carry, so that a digit can't be altered:
    /// 1,234.56 is 壹仟贰佰叁拾肆元伍角陆分, 100.00 is 壹佰元整.
    /// </summary>
    /// <remarks>
    /// 支付结算办法 annex 1 (正确填写票据和结算凭证的基本规定): zeros between digits are written 零 once (the rules leave
    /// the choice where a group ends in zeros, as in 107,000.53: here with 零); 整 ends an amount
    /// without fen. Currencies other than yuan have no capitals here and throw.
    /// </remarks>
    public static string InCapitals(this Money money)
    {
        if (money.Asset.Scale != 2) throw new ArgumentException("Only assets with fen have capitals.", nameof(money));
        var minor = (UInt128)Int128.Abs(money.MinorUnits);
        var (yuan, jiao, fen) = ((ulong)(minor / 100), (int)(minor / 10 % 10), (int)(minor % 10));

        var text = new StringBuilder(money.MinorUnits < 0 ? "负" : "");
        if (yuan > 0) text.Append(Whole(yuan)).Append('元');
        if (jiao > 0) text.Append(Digits[jiao]).Append('角');
        else if (fen > 0 && yuan > 0) text.Append('零');
        if (fen > 0) text.Append(Digits[fen]).Append('分');
        if (minor == 0) text.Append("零元");
        return fen == 0 ? text.Append('整').ToString() : text.ToString();
    }

    /// <summary>A whole number in capitals: groups of four digits, each zero run between digits written once.</summary>
    static string Whole(ulong number)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        var (zero, groupHasDigit) = (false, false);
        for (var index = 0; index < digits.Length; index++)
        {
            var place = digits.Length - 1 - index;
            var digit = digits[index] - '0';
            if (digit == 0) zero = true;
            else
            {
                if (zero) text.Append('零');
                text.Append(Digits[digit]).Append(Places[place % 4]);
                (zero, groupHasDigit) = (false, true);
            }
            if (place % 4 != 0) continue;
            if (groupHasDigit) text.Append(Groups[place / 4]);
            groupHasDigit = false;
        }
        return text.ToString();
    }
}
