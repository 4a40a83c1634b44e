using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class ScreeningCasesChannels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "was_held",
                table: "accounts_transfer",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "was_held",
                table: "accounts_payment_line",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "notifications_address_change",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    channel = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    address = table.Column<byte[]>(type: "BLOB", nullable: false),
                    code_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    asked_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    expires_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    tries = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_notifications_address_change", x => new { x.owner_id, x.channel });
                });

            migrationBuilder.CreateTable(
                name: "notifications_delivery",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    channel = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    address_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    is_urgent = table.Column<bool>(type: "INTEGER", nullable: false),
                    at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_notifications_delivery", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "notifications_refused_address",
                columns: table => new
                {
                    address_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    channel = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_notifications_refused_address", x => x.address_hash);
                });

            migrationBuilder.CreateTable(
                name: "notifications_settings",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    language = table.Column<string>(type: "TEXT", maxLength: 8, nullable: false),
                    email = table.Column<byte[]>(type: "BLOB", nullable: false),
                    phone = table.Column<byte[]>(type: "BLOB", nullable: false),
                    has_quiet_hours = table.Column<bool>(type: "INTEGER", nullable: false),
                    quiet_from = table.Column<TimeOnly>(type: "TEXT", nullable: false),
                    quiet_until = table.Column<TimeOnly>(type: "TEXT", nullable: false),
                    wants_digest = table.Column<bool>(type: "INTEGER", nullable: false),
                    payments = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    receipts = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    tasks = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_notifications_settings", x => x.owner_id);
                });

            migrationBuilder.CreateTable(
                name: "screening_case",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    occasion = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    facts = table.Column<byte[]>(type: "BLOB", nullable: false),
                    lists = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    holds = table.Column<bool>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    grade = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    opened_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    decided_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    settled_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    approval = table.Column<Guid>(type: "TEXT", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_screening_case", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "screening_cleared_pair",
                columns: table => new
                {
                    person_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    list = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    entry = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    entry_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    case_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    decided_at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_screening_cleared_pair", x => new { x.person_hash, x.list, x.entry });
                });

            migrationBuilder.CreateTable(
                name: "screening_screened_up_to",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    generation = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_screening_screened_up_to", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "screening_hit",
                columns: table => new
                {
                    case_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    role = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    person = table.Column<byte[]>(type: "BLOB", nullable: false),
                    person_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    party = table.Column<Guid>(type: "TEXT", nullable: true),
                    list = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    entry = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    entry_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    grade = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    found = table.Column<byte[]>(type: "BLOB", nullable: false),
                    decision = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    decided_by = table.Column<string>(type: "TEXT", maxLength: 96, nullable: false),
                    decided_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    reason = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_screening_hit", x => new { x.case_id, x.number });
                    table.ForeignKey(
                        name: "FK_screening_hit_screening_case_case_id",
                        column: x => x.case_id,
                        principalTable: "screening_case",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_notifications_delivery_address_hash_at",
                table: "notifications_delivery",
                columns: new[] { "address_hash", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_notifications_delivery_at",
                table: "notifications_delivery",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_notifications_delivery_owner_id_at",
                table: "notifications_delivery",
                columns: new[] { "owner_id", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_screening_case_state_opened_at",
                table: "screening_case",
                columns: new[] { "state", "opened_at" });

            migrationBuilder.CreateIndex(
                name: "IX_screening_case_subject",
                table: "screening_case",
                column: "subject");

            migrationBuilder.CreateIndex(
                name: "IX_screening_hit_person_hash_decision",
                table: "screening_hit",
                columns: new[] { "person_hash", "decision" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "notifications_address_change");

            migrationBuilder.DropTable(
                name: "notifications_delivery");

            migrationBuilder.DropTable(
                name: "notifications_refused_address");

            migrationBuilder.DropTable(
                name: "notifications_settings");

            migrationBuilder.DropTable(
                name: "screening_cleared_pair");

            migrationBuilder.DropTable(
                name: "screening_hit");

            migrationBuilder.DropTable(
                name: "screening_screened_up_to");

            migrationBuilder.DropTable(
                name: "screening_case");

            migrationBuilder.DropColumn(
                name: "was_held",
                table: "accounts_transfer");

            migrationBuilder.DropColumn(
                name: "was_held",
                table: "accounts_payment_line");
        }
    }
}
