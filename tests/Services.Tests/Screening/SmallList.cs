using System.Text;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Sanctions lists of a few entries, as their publishers write them.</summary>
static class SmallList
{
    /// <summary>An sdn.csv with a person for each name, numbered from 1.</summary>
    public static byte[] Ofac(params IEnumerable<string> names) => Encoding.UTF8.GetBytes(string.Concat(
        names.Select((name, i) => $"{i + 1},\"{name}\",\"individual\",\"SDNT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"-0- \"\r\n")) + "\u001a");

    /// <summary>Twenty persons who have no word in common.</summary>
    public static IReadOnlyList<string> Twenty { get; } =
    [
        "ABERNATHY, Zebulon", "BRZEZICKI, Wawrzyniec", "CASTELLANOS, Hermenegildo", "ULFELDT, Dagmar", "EKWUEME, Chukwudi", "FORTESCUE, Peregrine",
        "GUDMUNDSSON, Hallgrimur", "HOVHANNISYAN, Tigran", "IBARGUREN, Macarena", "JAYAWARDENE, Senerat", "KOWALEWSKA, Jadwiga", "LLEWELLYN, Myfanwy",
        "MKRTCHYAN, Varazdat", "NDIAYE, Ousmane", "OYELARAN, Babatunde", "PAPADIMITRIOU, Spyridon", "QUIROGA, Telesforo", "RAJARATNAM, Vellupillai",
        "SZENTGYORGYI, Boldizsar", "NAKHJAVANI, Tiburcio",
    ];

    public static Task<Outcome<ImportList.Result>> Import(this TestBank bank, byte[] content, string name = "sdn.csv", string actor = "operator") =>
        bank.Call((ImportList imports) => imports.Handle(name, content, null, actor, CancellationToken.None));

    public static async Task<IReadOnlyList<NameHit>> Screen(this TestBank bank, string name)
    {
        var lists = await bank.Call((CityDb db) => bank.In(services => ((ScreeningLists)services.GetService(typeof(ScreeningLists))!).Current(db, CancellationToken.None)));
        return lists.Find([new NameQuery(name)])[0];
    }
}
