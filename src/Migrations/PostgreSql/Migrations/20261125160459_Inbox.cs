using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Inbox : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "PK_message",
                schema: "outbox",
                table: "message");

            migrationBuilder.EnsureSchema(
                name: "inbox");

            migrationBuilder.AddPrimaryKey(
                name: "PK_message1",
                schema: "outbox",
                table: "message",
                column: "number");

            migrationBuilder.CreateTable(
                name: "message",
                schema: "inbox",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    sender = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    message_id = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    kind = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    sent_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    received_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    key_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    refusal_code = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    answer = table.Column<byte[]>(type: "bytea", nullable: false),
                    repeats = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_message", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_message_received_at",
                schema: "inbox",
                table: "message",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "IX_message_sender_received_at",
                schema: "inbox",
                table: "message",
                columns: new[] { "sender", "received_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "message",
                schema: "inbox");

            migrationBuilder.DropPrimaryKey(
                name: "PK_message1",
                schema: "outbox",
                table: "message");

            migrationBuilder.AddPrimaryKey(
                name: "PK_message",
                schema: "outbox",
                table: "message",
                column: "number");
        }
    }
}
