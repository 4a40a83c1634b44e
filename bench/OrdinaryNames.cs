using Pujiang.Platform;
using Pujiang.Screening;

namespace Pujiang.Bench;

/// <summary>Names that many people and firms have; no list was looked at.</summary>
static class OrdinaryNames
{
    static readonly string[] Chinese = Split("Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Deng Han Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen");
    static readonly string[] ChineseGiven = Split("Wei Fang Na Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiulan Xia Ping Gang Guiying Jianguo Zhiming Haoran Zixuan Wenbin Jiahao Haifeng Yongkang Deming Xiaodong Zhenhua Yuhang Yiming Xiuying Guilan Yuzhen Tingting Yuxin Zihan Jiayi Xuemei Xiaoyan Meihua Siqi Wenjing Xinyi Guohua Junjie");
    static readonly string[] English = Split("Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Carter Mitchell Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart Morris Murphy Cook Rogers Cooper Reed Bailey Kelly");
    static readonly string[] EnglishGiven = Split("James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Sandra Mark Margaret Donald Ashley Steven Kimberly Andrew Emily Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Dorothy George Melissa Timothy Deborah");
    static readonly string[] Spanish = Split("Garcia Rodriguez Martinez Hernandez Lopez Gonzalez Perez Sanchez Ramirez Torres Flores Rivera Gomez Diaz Cruz Morales Reyes Gutierrez Ortiz Ramos Ruiz Alvarez Mendoza Castillo Jimenez Moreno Romero Herrera Medina Aguilar Vargas Castro Mendez Guzman Fernandez Munoz Rojas Salazar Soto Delgado Vega Silva Contreras Luna Ortega Navarro Blanco Molina Suarez Campos");
    static readonly string[] SpanishGiven = Split("Jose Maria Juan Ana Luis Carmen Carlos Laura Jorge Marta Antonio Isabel Manuel Elena Francisco Lucia Miguel Paula Pedro Sofia Javier Rosa Fernando Teresa Alejandro Pilar Diego Andrea Ricardo Silvia Eduardo Patricia Roberto Cristina Rafael Beatriz Sergio Raquel Alberto Natalia Pablo Claudia Andres Monica Ramon Gloria Oscar Alicia Raul Julia");
    static readonly string[] Russian = Split("Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Novikov Fedorov Morozov Volkov Alekseev Lebedev Semenov Egorov Pavlov Kozlov Stepanov Nikolaev Orlov Andreev Makarov Nikitin Zakharov Zaitsev Soloviev Borisov Yakovlev Grigoriev Romanov Vorobiev Sergeev Kuzmin Frolov Aleksandrov Dmitriev Korolev Gusev Kiselev");
    static readonly string[] RussianGiven = Split("Aleksandr Sergey Dmitry Andrey Alexey Maxim Evgeny Ivan Mikhail Nikolay Vladimir Pavel Artem Roman Viktor Oleg Igor Yury Konstantin Denis Anton Ilya Vadim Kirill Stanislav Gleb Timofey Egor Leonid Boris");
    static readonly string[] Arabic = Split("Ahmed Ali Hassan Hussein Ibrahim Khalil Mahmoud Mansour Nasser Omar Rahman Saleh Salem Said Youssef Hamdan Haddad Khoury Sayegh Najjar Qasim Aziz Farouk Zaki Rashid Sharif Shaheen Darwish Bakr Othman");
    static readonly string[] ArabicGiven = Split("Mohammed Ahmed Ali Omar Khaled Youssef Ibrahim Hassan Mustafa Abdullah Tariq Karim Samir Nabil Rami Fadi Walid Ziad Amir Bilal Fatima Aisha Mariam Layla Noor Huda Salma Rania Dina Yasmin");
    static readonly string[] German = Split("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Huber");
    static readonly string[] GermanGiven = Split("Hans Peter Wolfgang Klaus Jürgen Dieter Manfred Uwe Günter Stefan Andreas Thomas Monika Ursula Petra Sabine Renate Karin Brigitte Ingrid Lukas Leon Finn Jonas Paul Emma Mia Hannah Anna Lena");
    static readonly string[] Vietnamese = Split("Nguyen Tran Le Pham Hoang Phan Vu Dang Bui Do Ho Ngo Duong Ly");
    static readonly string[] VietnameseGiven = Split("Thi Lan|Van Hung|Minh Anh|Thi Hoa|Quang Huy|Thanh Tam|Duc Anh|Thi Mai|Van Nam|Ngoc Bich|Hoang Long|Thu Ha|Tuan Kiet|Thi Thu|Huu Phuoc", '|');
    static readonly string[] Japanese = Split("Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi Matsumoto Inoue Kimura Hayashi Shimizu Saito");
    static readonly string[] JapaneseGiven = Split("Hiroshi Yuki Takashi Keiko Kenji Yoko Haruto Sakura Daiki Yui Kazuo Naoko Ryo Aoi Shota");
    static readonly string[] Places = Split("Shanghai Ningbo Suzhou Hangzhou Jiaxing Wuxi Nantong Shaoxing Qingpu Kunshan Rotterdam Hamburg Antwerp Osaka Busan Penang Valencia Genoa Gdansk Lyon Chennai Dhaka Durban Santos Callao");
    static readonly string[] Goods = Split("Silk|Bearings|Piano Parts|Ceramics|Boat Tours|Garden Tools|Optical Lenses|Tea|Paper Mill|Bicycle|Kitchenware|Toys|Cotton|Software|Packaging|Furniture|Electric Motors|Cold Store|Pharma|Solar Glass|Food Supply|Printing|Logistics|Textile Mills|Machine Tools", '|');
    static readonly string[] Brands = Split("Bright Golden Evergreen Harmony Dragon Star Ocean Sunrise Unity Prosper Delta Pearl Grand New Pacific Global Royal United First Eastern");
    static readonly string[] Forms = Split("Co., Ltd.|Limited|GmbH|S.A.|BV|Inc.|LLC|Trading Ltd|Export Co Ltd|Cooperative", '|');

    static string[] Split(string text, char separator = ' ') => text.Split(separator);

    static readonly (string What, string[] Family, string[] Given, bool FamilyFirst)[] Peoples =
        [("Chinese persons, in pinyin", Chinese, ChineseGiven, true), ("English", English, EnglishGiven, false), ("Spanish", Spanish, SpanishGiven, false), ("Russian", Russian, RussianGiven, false),
         ("Arabic", Arabic, ArabicGiven, false), ("German", German, GermanGiven, false), ("Vietnamese", Vietnamese, VietnameseGiven, true), ("Japanese", Japanese, JapaneseGiven, false)];

    /// <summary>Persons of each language and firms, 2,000 names or as many as there are.</summary>
    public static IEnumerable<(string What, PartyKind Kind, IReadOnlyList<string> Names)> Groups(int seed)
    {
        foreach (var people in Peoples)
            yield return ($"{people.What} persons".Replace("persons, in pinyin persons", "persons, in pinyin", StringComparison.Ordinal), PartyKind.Person, Distinct(n => Person(people, n, seed)));
        yield return ("firms", PartyKind.Firm, Distinct(n => FirmName(n, seed)));
    }

    static List<string> Distinct(Func<int, string> make) => [.. Enumerable.Range(0, 4000).Select(make).Distinct(StringComparer.Ordinal).Take(2000)];

    /// <summary>Six Chinese and English names in ten, the others of all languages, one firm in five.</summary>
    public static IEnumerable<string> All(int count, int seed)
    {
        for (var n = 0; n < count; n++)
        {
            var random = new SmallRandom(seed, "all", $"{n}");
            yield return random.Below(5) == 0 ? FirmName(n, seed) : Person(Peoples[random.Below(10) < 4 ? 0 : random.Below(Peoples.Length)], n, seed);
        }
    }

    static string Person((string What, string[] Family, string[] Given, bool FamilyFirst) people, int n, int seed)
    {
        var random = new SmallRandom(seed, people.What, $"{n}");
        var (family, given) = (people.Family[random.Below(people.Family.Length)], people.Given[random.Below(people.Given.Length)]);
        if (people.Family == Spanish) family += " " + people.Family[random.Below(people.Family.Length)];
        else if (people.Family == Arabic || random.Below(3) == 0 && people.Family == English) given += " " + people.Given[random.Below(people.Given.Length)];
        return people.FamilyFirst ? $"{family} {given}" : $"{given} {family}";
    }

    static string FirmName(int n, int seed)
    {
        var random = new SmallRandom(seed, "firm", $"{n}");
        return $"{Places[random.Below(Places.Length)]} {Brands[random.Below(Brands.Length)]} {Goods[random.Below(Goods.Length)]} {Forms[random.Below(Forms.Length)]}";
    }
}
